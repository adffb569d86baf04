import Foundation
import SignalCore

@testable import Reporting

extension FigureExample {
    static let all: [FigureExample] = [forecastFan]

    private static let forecastFan: FigureExample = {
        let history = series(240)
        let forecast = series(48, seed: 2)
        func fan(_ history: [Double], _ forecast: [Double], value: Axis, title: String? = nil) -> ForecastFanFigure {
            ForecastFanFigure(
                title: title, method: "holt-winters", value: value, hasDates: true,
                historyTimes: times(history.count, from: march2014), history: history,
                times: times(forecast.count, from: march2014 + 3600 * Double(history.count)), forecast: forecast,
                bands: [
                    .init(level: 0.5, lower: forecast.map { $0 - 0.5 }, upper: forecast.map { $0 + 0.5 }),
                    .init(level: 0.9, lower: forecast.map { $0 - 2 }, upper: forecast.map { $0 + 2 }),
                ], actual: forecast.map { $0 + 0.3 })
        }
        let temperature = Axis("Temperature", unit: "°C")
        return FigureExample(
            figure: fan(history, forecast, value: temperature),
            oddities: [
                fan([], [], value: temperature), fan([], [3], value: temperature), fan([1], [2], value: temperature),
                fan([4, 4, 4], [4, 4], value: temperature),
                fan([.nan, .infinity, 1e300], [.nan, -1e300], value: temperature),
                fan(history, forecast, value: Axis(hostile, unit: hostile), title: hostile),
            ])
    }()
}
