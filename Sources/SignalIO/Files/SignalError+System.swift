import Foundation
import SignalCore

extension SignalError {
    /// An error that the operating system reported through `errno`.
    ///
    /// - Parameter failure: what could not be done, such as `cannot be opened`.
    static func system(_ code: Code, _ failure: String, number: Int32 = errno) -> SignalError {
        guard number != ENOENT || code != .unreadable else {
            return SignalError(code, "no such file or folder")
        }
        let reason = unsafe String(cString: strerror(number))
        return SignalError(code, "\(failure): \(reason)")
    }
}
