internal import CMosquitto
internal import Foundation
internal import SignalCore
internal import Synchronization

/// A connection to a broker (MQTT 3.1.1, by libmosquitto) that is made again whenever it breaks, at longer and longer
/// intervals, with its subscription.
///
/// Messages of quality 1 and 2 that were handed to it and are not acknowledged when the connection breaks are sent again
/// once it is there. A thread of its own serves the connection; it ends after ``stop()``.
public final class BrokerClient: Sendable {
    /// Where it connects to.
    public let address: BrokerAddress
    private let session: BrokerSession

    /// Makes a client, which connects after ``start()``.
    ///
    /// - Parameters:
    ///   - subscribes: whether the messages of the address's topic are wanted.
    ///   - onEvent: hears what happens, on the client's thread, which it must not hold up.
    /// - Throws: `SignalError` with code `invalidOption` for options or files that cannot be used.
    public init(
        address: BrokerAddress, options: BrokerOptions = BrokerOptions(), subscribes: Bool,
        onEvent: @escaping @Sendable (BrokerEvent) -> Void
    ) throws {
        try options.validate()
        self.address = address
        session = try BrokerSession(address, options, subscribes: subscribes, onEvent: onEvent)
    }

    deinit { session.stop() }

    /// Begins to connect. To be called once.
    public func start() {
        Thread.detachNewThread { [session] in session.run() }
    }

    /// Ends the connection in order; what waits for an acknowledgement fails.
    public func stop() { session.stop() }

    /// Sends messages in their order, and waits until the broker has acknowledged all of them (quality 0: until they are on
    /// their way). Waits for the connection where there is none.
    ///
    /// - Throws: `SignalError` with code `unavailable` when the client was stopped, or a message cannot be sent;
    ///   `CancellationError`, after which messages may arrive all the same.
    public func publish(_ messages: [BrokerMessage], qualityOfService: Int) async throws {
        for message in messages { try BrokerAddress.check(message.topic, allowsWildcards: false) }
        try await session.connected()
        var numbers: [Int32] = []
        var settled = 0
        do {
            for message in messages {
                numbers.append(try session.send(message, qualityOfService: qualityOfService))
            }
            for number in numbers {
                try await session.acknowledged(number)
                settled += 1
            }
        } catch {
            session.forget(numbers[settled...])
            throw error
        }
    }
}

/// The connection: what its thread and callers share.
///
/// libmosquitto's functions for sending may be called from any thread once it is told so. The context that callbacks get
/// is the session itself, which lives as long as its thread, and the C object is destroyed when both are gone.
@safe private final class BrokerSession: Sendable {
    private struct State {
        var isUp = false
        var isStopped = false
        var refusal: String?
        var waitingForUp: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextWaiter: UInt64 = 0
        var waiting: [Int32: CheckedContinuation<Void, any Error>] = [:]
        /// Acknowledged before anybody asked.
        var acknowledged: Set<Int32> = []
        /// Those that nobody will ask for. Numbers come again after 65,535 messages: an acknowledgement that was kept would
        /// be taken for that of another message.
        var forgotten: Set<Int32> = []
    }

    private let address: BrokerAddress
    private let options: BrokerOptions
    private let subscribes: Bool
    private let onEvent: @Sendable (BrokerEvent) -> Void
    private let state = Mutex(State())
    nonisolated(unsafe) private let handle: OpaquePointer

    init(
        _ address: BrokerAddress, _ options: BrokerOptions, subscribes: Bool,
        onEvent: @escaping @Sendable (BrokerEvent) -> Void
    ) throws {
        (self.address, self.options, self.subscribes, self.onEvent) = (address, options, subscribes, onEvent)
        guard mosquitto_lib_init() == MOSQ_ERR_SUCCESS.code else {
            throw SignalError(.unavailable, "libmosquitto cannot be started")
        }
        let name = options.clientIdentifier ?? "auscult-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        guard let handle = unsafe mosquitto_new(name, options.clientIdentifier == nil, nil) else {
            throw SignalError(.unavailable, "libmosquitto has no memory left")
        }
        unsafe self.handle = unsafe handle
        unsafe mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        try Self.demand(unsafe mosquitto_threaded_set(handle, true), "threads")
        if let user = address.user ?? options.user {
            let password = address.password ?? options.password
            try Self.demand(unsafe mosquitto_username_pw_set(handle, user, password), "user and password")
        }
        if address.isEncrypted { try encrypt() }
        listen()
    }

    deinit { unsafe mosquitto_destroy(handle) }

    private func encrypt() throws {
        for path in [options.certificateAuthority, options.certificate, options.key].compactMap(\.self)
        where !FileManager.default.isReadableFile(atPath: path) {
            throw SignalError(.invalidOption, "cannot be read; give a file in PEM form").at(path: path)
        }
        let folder = options.certificateAuthority == nil ? "/etc/ssl/certs" : nil
        let code = unsafe mosquitto_tls_set(
            handle, options.certificateAuthority, folder, options.certificate, options.key, nil)
        try Self.demand(code, "certificates and key")
    }

    private static func demand(_ code: Int32, _ what: String) throws {
        guard code == MOSQ_ERR_SUCCESS.code else {
            throw SignalError(.invalidOption, "the broker's \(what) cannot be used: \(words(code))")
        }
    }

    private func listen() {
        unsafe mosquitto_connect_callback_set(handle) { _, context, code in
            unsafe BrokerSession.of(context)?.didConnect(code)
        }
        unsafe mosquitto_disconnect_callback_set(handle) { _, context, code in
            unsafe BrokerSession.of(context)?.didDisconnect(code)
        }
        unsafe mosquitto_subscribe_callback_set(handle) { _, context, _, count, granted in
            guard let granted = unsafe granted, count > 0 else { return }
            unsafe BrokerSession.of(context)?.didSubscribe(granted[0])
        }
        unsafe mosquitto_publish_callback_set(handle) { _, context, number in
            unsafe BrokerSession.of(context)?.didPublish(number)
        }
        unsafe mosquitto_message_callback_set(handle) { _, context, message in
            guard let message = unsafe message?.pointee, let topic = unsafe message.topic else { return }
            let bytes = unsafe UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
            let own = unsafe BrokerMessage(
                topic: String(cString: topic), payload: Array(bytes), isRetained: message.retain)
            unsafe BrokerSession.of(context)?.onEvent(.message(own))
        }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> BrokerSession? {
        unsafe context.map { unsafe Unmanaged<BrokerSession>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: The thread

    func run() {
        var waits = ReconnectionWaits(seed: options.seed)
        var lastReason: String?
        while !state.withLock({ $0.isStopped }) {
            var code = unsafe mosquitto_connect(
                handle, address.host, Int32(address.port), Int32(options.keepAliveSeconds))
            var wasUp = false
            while code == MOSQ_ERR_SUCCESS.code {
                code = unsafe mosquitto_loop(handle, 100, 1)
                let (isUp, isStopped) = state.withLock { ($0.isUp, $0.isStopped) }
                wasUp = wasUp || isUp
                if isStopped { break }
            }
            if state.withLock({ $0.isStopped }) { break }
            let refusal = state.withLock { state in
                state.isUp = false
                defer { state.refusal = nil }
                return state.refusal
            }
            let reason = refusal ?? Self.words(code)
            // The same sentence every ten seconds would bury the rest.
            if wasUp || reason != lastReason { onEvent(.down("\(address): \(reason)")) }
            lastReason = wasUp ? nil : reason
            if wasUp { waits.reset() }
            let end = ContinuousClock.now + .seconds(waits.next())
            while ContinuousClock.now < end, !state.withLock({ $0.isStopped }) { Thread.sleep(forTimeInterval: 0.05) }
        }
        leave()
    }

    /// Says farewell, so that the broker does not send a last will, and lets everybody go who waits.
    private func leave() {
        if unsafe mosquitto_disconnect(handle) == MOSQ_ERR_SUCCESS.code {
            for _ in 0..<20 where unsafe mosquitto_loop(handle, 20, 1) != MOSQ_ERR_SUCCESS.code { break }
        }
        let left = state.withLock { state in
            defer { (state.waiting, state.waitingForUp) = ([:], [:]) }
            return Array(state.waiting.values) + Array(state.waitingForUp.values)
        }
        for continuation in left { continuation.resume(throwing: Self.stopped) }
    }

    private static var stopped: SignalError { SignalError(.unavailable, "the connection to the broker was ended") }

    func stop() { state.withLock { $0.isStopped = true } }

    // MARK: What the library says

    private func didConnect(_ code: Int32) {
        guard code == 0 else {
            let reason =
                switch code {
                case 4, 5:
                    "the broker refused user or password; set AUSCULT_MQTT_USER and AUSCULT_MQTT_PASSWORD"
                case 2: "the broker refused the client identifier; choose another with --mqtt-client-id"
                default: "the broker refused the connection: \(unsafe String(cString: mosquitto_connack_string(code)))"
                }
            state.withLock { $0.refusal = reason }
            return
        }
        guard subscribes else { return becomeUp() }
        let status = unsafe mosquitto_subscribe(handle, nil, address.topic, Int32(options.qualityOfService))
        if status != MOSQ_ERR_SUCCESS.code { state.withLock { $0.refusal = Self.words(status) } }
    }

    private func didSubscribe(_ granted: Int32) {
        // 0x80 is a refusal (MQTT 3.1.1, section 3.9.3).
        guard granted < 0x80 else {
            state.withLock { $0.refusal = "the broker refused the subscription; may this user read the topic?" }
            unsafe mosquitto_disconnect(handle)
            return
        }
        becomeUp()
    }

    private func becomeUp() {
        let waiting = state.withLock { state in
            state.isUp = true
            defer { state.waitingForUp = [:] }
            return state.waitingForUp.values
        }
        onEvent(.up)
        for continuation in waiting { continuation.resume() }
    }

    private func didDisconnect(_ code: Int32) { state.withLock { $0.isUp = false } }

    private func didPublish(_ number: Int32) {
        let waiting = state.withLock { state in
            let waiting = state.waiting.removeValue(forKey: number)
            if waiting == nil, state.forgotten.remove(number) == nil { state.acknowledged.insert(number) }
            return waiting
        }
        waiting?.resume()
    }

    // MARK: Sending

    /// Returns when there is a connection.
    func connected() async throws {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.isStopped { return .failure(Self.stopped) }
                    if state.isUp { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waitingForUp[waiter] = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            state.withLock { $0.waitingForUp.removeValue(forKey: waiter) }?.resume(throwing: CancellationError())
        }
    }

    func send(_ message: BrokerMessage, qualityOfService: Int) throws -> Int32 {
        var number: Int32 = 0
        let code = unsafe message.payload.withUnsafeBytes { bytes in
            unsafe mosquitto_publish(
                handle, &number, message.topic, Int32(bytes.count), bytes.baseAddress, Int32(qualityOfService),
                message.isRetained)
        }
        // Of quality 1 and 2, the library has kept the message and sends it once it is connected again.
        let isKept = qualityOfService > 0 && [MOSQ_ERR_NO_CONN.code, MOSQ_ERR_CONN_LOST.code].contains(code)
        guard code == MOSQ_ERR_SUCCESS.code || isKept else {
            throw SignalError(.unavailable, "\(address): a message cannot be sent: \(Self.words(code))")
        }
        return number
    }

    func acknowledged(_ number: Int32) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.acknowledged.remove(number) != nil { return .success(()) }
                    if state.isStopped { return .failure(Self.stopped) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting[number] = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(throwing: CancellationError())
        }
    }

    /// Nobody asks for these messages any more.
    func forget(_ numbers: ArraySlice<Int32>) {
        state.withLock { state in
            for number in numbers where state.acknowledged.remove(number) == nil { state.forgotten.insert(number) }
        }
    }

    /// A code of the library in words.
    private static func words(_ code: Int32) -> String {
        switch code {
        case MOSQ_ERR_ERRNO.code: SignalError.reason(errno: errno)
        case MOSQ_ERR_CONN_LOST.code, MOSQ_ERR_NO_CONN.code: "the connection was lost"
        case MOSQ_ERR_TLS.code: "the encrypted connection failed; is the certificate of the broker trusted (--mqtt-ca)?"
        default: unsafe String(cString: mosquitto_strerror(code))
        }
    }
}

extension mosq_err_t {
    /// The code as the library's functions return it.
    fileprivate var code: Int32 { Int32(rawValue) }
}

extension SignalError {
    /// An error number of the system in words.
    fileprivate static func reason(errno code: Int32) -> String {
        "\(unsafe String(cString: strerror(code))); does the broker run, and is the address right?"
    }
}
