import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

@testable import Telemetry

/// A server on this machine that answers with a ``FakeChannel``, or as a test wants.
final class LocalServer: Sendable {
    /// How a reply is written.
    enum Style: Sendable {
        /// With a length.
        case whole
        /// In chunks, a byte each.
        case chunked
        /// A byte now and then, without an end.
        case trickling
        /// The request is read, and nothing comes.
        case silent
        /// The connection is closed in the middle of the body.
        case cutOff
    }

    let port: Int
    private let server: any Channel
    /// Connections that were made so far.
    let connections = Shared(0)

    init(style: Style = .whole, answer: @escaping @Sendable (UploadRequest) -> UploadReply) async throws {
        let connections = connections
        server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                connections.withLock { $0 += 1 }
                return channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Handler(style, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = server.localAddress?.port ?? 0
    }

    var url: String { "http://127.0.0.1:\(port)" }

    func close() async throws { try await server.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let style: Style
        private let answer: @Sendable (UploadRequest) -> UploadReply
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ style: Style, _ answer: @escaping @Sendable (UploadRequest) -> UploadReply) {
            (self.style, self.answer) = (style, answer)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, [])
            case .body(let part): body += Array(part.readableBytesView)
            case .end:
                guard let head else { return }
                let request = UploadRequest(
                    method: head.method == .POST ? .post : .get, url: "http://127.0.0.1" + head.uri,
                    headers: head.headers.map { ($0.name, $0.value) }, body: body)
                write(answer(request), context)
            }
        }

        private func write(_ reply: UploadReply, _ context: ChannelHandlerContext) {
            guard style != .silent else { return }
            var headers = HTTPHeaders(reply.headers.map { ($0.name, $0.value) })
            switch style {
            case .chunked: headers.add(name: "Transfer-Encoding", value: "chunked")
            case .trickling, .cutOff: headers.add(name: "Content-Length", value: "100000")
            case .whole, .silent: headers.add(name: "Content-Length", value: "\(reply.body.count)")
            }
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            let parts = style == .whole ? [reply.body] : reply.body.map { [$0] }
            for part in parts { send(part, context) }
            switch style {
            case .cutOff: context.close(promise: nil)
            case .trickling:
                let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
                context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { task in
                    let (handler, context) = bound.value
                    guard context.channel.isActive else { return task.cancel() }
                    handler.send([0x20], context)
                }
            default: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
        }
    }
}
