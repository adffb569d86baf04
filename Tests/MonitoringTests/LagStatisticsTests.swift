import Testing

@testable import Monitoring

@Suite struct LagStatisticsTests {
    @Test func `Quantiles are those of all lags, to two percent`() {
        var lag = LagStatistics()
        for number in 1...1000 { lag.add(0.001 * Double(number), count: 1) }
        for share in [0.5, 0.9, 0.99] { #expect(abs(lag.quantile(share) / share - 1) < 0.021) }
        #expect(lag.count == 1000 && lag.maximum == 1 && lag.quantile(1) == 1)
        #expect(LagStatistics().quantile(0.5) == 0)
        lag.add(0, count: 9000)
        #expect(lag.quantile(0.5) == 0)
    }
}
