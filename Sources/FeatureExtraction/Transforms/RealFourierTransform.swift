internal import CFFTW
internal import SignalCore
import Synchronization

/// The discrete Fourier transform of real signals of one length, in single precision, by FFTW 3.
///
/// Forward: `X[k] = sum x[n] exp(-2 pi i k n / N)` for k from 0 to N/2, without scaling (as `numpy.fft.rfft`).
/// Inverse: scaled by 1/N (as `numpy.fft.irfft`).
///
/// The object owns its buffers and allocates nothing after it was made. It serves one thread at a time; objects of
/// one length share their plans. Plans are made with FFTW's *estimate* flag, because *measure* picks algorithms by
/// timing and the last bits would differ from run to run.
@safe public final class RealFourierTransform {
    /// The number of real samples N.
    public let length: Int
    /// The number of complex values of the spectrum, N/2 + 1 (rounded down).
    public let binCount: Int

    /// The samples, aligned for vector instructions. ``execute()`` reads them; ``executeInverse()`` writes them.
    let samples: UnsafeMutableBufferPointer<Float>
    /// The spectrum as real and imaginary parts in turn. Shape: ``binCount`` x 2.
    let spectrum: UnsafeMutableBufferPointer<Float>
    private let plans: Plans

    /// Makes a transform.
    ///
    /// - Parameter length: the number of samples, from 1 to 2^26; lengths with small prime factors are fastest.
    /// - Throws: `SignalError` with code `invalidOption` when the length is out of range, `unavailable` when memory
    ///   runs out.
    public init(length: Int) throws {
        guard (1...1 << 26).contains(length) else {
            throw SignalError(.invalidOption, "a Fourier transform has 1 to 67108864 samples, not \(length)")
        }
        self.length = length
        binCount = length / 2 + 1
        guard let samples = unsafe fftwf_alloc_real(length) else {
            throw SignalError(.unavailable, "out of memory for a Fourier transform of \(length) samples")
        }
        guard let spectrum = unsafe fftwf_alloc_real(2 * (length / 2 + 1)) else {
            unsafe fftwf_free(samples)
            throw SignalError(.unavailable, "out of memory for a Fourier transform of \(length) samples")
        }
        unsafe samples.initialize(repeating: 0, count: length)
        unsafe spectrum.initialize(repeating: 0, count: 2 * binCount)
        unsafe self.samples = UnsafeMutableBufferPointer(start: samples, count: length)
        unsafe self.spectrum = UnsafeMutableBufferPointer(start: spectrum, count: 2 * binCount)
        do {
            plans = try unsafe Plans.shared(length: length, samples: self.samples, spectrum: self.spectrum)
        } catch {
            unsafe fftwf_free(samples)
            unsafe fftwf_free(spectrum)
            throw error
        }
    }

    deinit {
        unsafe fftwf_free(samples.baseAddress)
        unsafe fftwf_free(spectrum.baseAddress)
    }

    /// Transforms the samples that `fill` writes (zeros follow what it leaves) and hands the spectrum to `body`, as
    /// real and imaginary parts in turn. Shape: ``binCount`` x 2.
    public func forward<Result>(
        fill: (inout MutableSpan<Float>) throws -> Void, body: (Span<Float>) throws -> Result
    ) rethrows -> Result {
        unsafe samples.update(repeating: 0)
        var input = unsafe samples.mutableSpan
        try fill(&input)
        execute()
        return try body(unsafe spectrum.span)
    }

    /// Transforms the spectrum that `fill` writes (real and imaginary parts in turn) back and hands the samples,
    /// scaled by 1/N, to `body`.
    public func inverse<Result>(
        fill: (inout MutableSpan<Float>) throws -> Void, body: (Span<Float>) throws -> Result
    ) rethrows -> Result {
        unsafe spectrum.update(repeating: 0)
        var input = unsafe spectrum.mutableSpan
        try fill(&input)
        executeInverse()
        return try body(unsafe samples.span)
    }

    /// Transforms what the buffers hold so many times: the floor that a benchmark compares with.
    public func repeatForward(count: Int) {
        for _ in 0..<count { execute() }
    }

    /// The version of FFTW and the vector instructions it was built for.
    public static var libraryVersion: String { unsafe String(cString: fftwf_version_text()) }

    /// Transforms ``samples`` into ``spectrum``; the samples stay as they are.
    func execute() {
        unsafe fftwf_execute_dft_r2c(plans.forward, samples.baseAddress, complexSpectrum)
    }

    /// Transforms ``spectrum`` into ``samples``, scaled by 1/N; the spectrum is destroyed.
    func executeInverse() {
        unsafe fftwf_execute_dft_c2r(plans.inverse, complexSpectrum, samples.baseAddress)
        let scale = 1 / Float(length)
        for index in unsafe samples.indices { unsafe samples[index] *= scale }
    }

    private var complexSpectrum: UnsafeMutablePointer<fftwf_complex>? {
        unsafe UnsafeMutableRawPointer(spectrum.baseAddress)?.assumingMemoryBound(to: fftwf_complex.self)
    }
}

/// The plans of one length, shared by all transforms of that length and kept until the program ends.
///
/// Only the execution of a plan is thread-safe in FFTW, so one lock guards the making of all plans.
@safe private struct Plans: @unchecked Sendable {
    let forward: fftwf_plan
    let inverse: fftwf_plan

    private static let cache = Mutex<[Int: Plans]>([:])

    /// The plans of a length. All buffers come from FFTW's own allocator, hence have the alignment planned for.
    static func shared(
        length: Int, samples: UnsafeMutableBufferPointer<Float>, spectrum: UnsafeMutableBufferPointer<Float>
    ) throws -> Plans {
        let input = UInt(bitPattern: samples.baseAddress)
        let output = UInt(bitPattern: spectrum.baseAddress)
        return try cache.withLock { plans in
            if let known = plans[length] { return known }
            let real = unsafe UnsafeMutablePointer<Float>(bitPattern: input)
            let complex = unsafe UnsafeMutablePointer<fftwf_complex>(bitPattern: output)
            let size = Int32(length)
            guard let forward = unsafe fftwf_plan_dft_r2c_1d(size, real, complex, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT),
                let inverse = unsafe fftwf_plan_dft_c2r_1d(size, complex, real, FFTW_ESTIMATE | FFTW_DESTROY_INPUT)
            else {
                throw SignalError(.unavailable, "FFTW cannot plan a transform of \(length) samples")
            }
            let made = unsafe Plans(forward: forward, inverse: inverse)
            plans[length] = made
            return made
        }
    }
}
