import NIOCore
import NIOHTTP1

/// Watches one connection: requests must arrive whole in time, and the connection ends when the client expects it to.
///
/// The framework closes idle connections, but one that sends a byte now and then is not idle; and it keeps connections
/// of HTTP/1.0 open, whose clients read until the end. It stands between the HTTP parser and the framework.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let requestTime: TimeAmount
    private var deadline: Scheduled<Void>?
    /// Requests that arrived whole and are not answered.
    private var unanswered = 0
    private var endsAfterReply = false

    init(requestTime: TimeAmount) {
        self.requestTime = requestTime
    }

    func channelActive(context: ChannelHandlerContext) {
        startDeadline(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): endsAfterReply = endsAfterReply || !head.isKeepAlive
        case .body: break
        case .end:
            deadline?.cancel()
            deadline = nil
            unanswered += 1
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Bytes came, and no request is being answered: they are the beginning of the next one.
        if unanswered == 0 { startDeadline(context) }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if endsAfterReply { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            unanswered = max(0, unanswered - 1)
            guard endsAfterReply, unanswered == 0 else {
                context.write(data, promise: promise)
                return
            }
            let channel = context.channel
            context.writeAndFlush(data).whenComplete { result in
                if case .failure(let error) = result { promise?.fail(error) } else { promise?.succeed() }
                channel.close(promise: nil)
            }
        }
    }

    private func startDeadline(_ context: ChannelHandlerContext) {
        guard deadline == nil else { return }
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: requestTime) { channel.close(promise: nil) }
    }
}

/// Puts a ``ConnectionGuard`` right behind the HTTP parser, where the framework itself offers no place.
final class ConnectionGuardInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let requestTime: TimeAmount

    init(requestTime: TimeAmount) {
        self.requestTime = requestTime
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(ConnectionGuard(requestTime: requestTime), position: .after(parser))
        } catch {
            // Without it, a slow client could hold the connection for ever.
            context.close(promise: nil)
        }
    }
}
