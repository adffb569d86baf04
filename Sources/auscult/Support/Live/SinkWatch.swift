import Monitoring
import SignalCore

/// Tells people what becomes of sinks while a stream runs.
enum SinkWatch {
    /// Says it on standard error, and shows it on the page.
    static func tell(_ news: SinkNews, _ console: Console, _ served: LiveServing?) {
        let words = words(news)
        switch news.event {
        case .takesAgain: console.note(words)
        case .refuses, .leavesOut, .failed: console.warn(words)
        }
        if case .takesAgain = news.event {
            served?.show(trouble: nil, of: news.name)
        } else {
            served?.show(trouble: words, of: news.name)
        }
    }

    private static func words(_ news: SinkNews) -> String {
        /// Files are called by their paths, which errors begin with.
        func words(_ reason: SignalError) -> String {
            reason.description.hasPrefix(news.name + ":") ? reason.description : "\(news.name): \(reason)"
        }
        return switch news.event {
        case .refuses(let reason): "\(words(reason)); readings wait in memory, detection goes on"
        case .leavesOut: "\(news.name): as many readings wait as may; those that come now are left out and counted"
        case .takesAgain(let waiting): "\(news.name): readings are taken again, \(waiting) wait"
        case .failed(let reason): "\(words(reason)); it gets no more, detection goes on"
        }
    }

    /// What a stream ends with for every sink that did not get everything; the page may drop readings.
    static func conclude(_ states: [SinkState], isReplay: Bool, _ console: Console) {
        for state in states where state.dropped > 0 && state.name != "page" {
            console.warn(
                "\(state.name): \(state.dropped) readings were not taken"
                    + (isReplay ? "; --resume gives them again" : ""))
        }
    }
}
