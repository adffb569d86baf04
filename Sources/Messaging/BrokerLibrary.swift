internal import CMosquitto

/// The library that speaks MQTT.
public enum BrokerLibrary {
    /// Its version, such as 2.0.11.
    public static var version: String {
        var (major, minor, revision): (Int32, Int32, Int32) = (0, 0, 0)
        unsafe mosquitto_lib_version(&major, &minor, &revision)
        return "\(major).\(minor).\(revision)"
    }
}
