public import Testing

extension Trait where Self == TimeLimitTrait {
    /// Ends a test that would never end. The limit is far from what a test takes on a machine that has other things to do,
    /// for it is there to find what hangs and not what is slow.
    public static var endsIfHanging: Self { .timeLimit(.minutes(10)) }
}
