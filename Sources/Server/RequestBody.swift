import Hummingbird
import NIOCore

extension Request {
    /// The whole body.
    ///
    /// - Throws: `Refusal` when it is longer than the limit or does not arrive whole.
    func body(upTo limit: Int) async throws -> ByteBuffer {
        let refusal = Refusal.tooLarge("the body has more than \(limit) bytes; send it in parts")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw refusal }
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw refusal
        } catch {
            throw Refusal.badRequest("the body did not arrive whole")
        }
    }
}
