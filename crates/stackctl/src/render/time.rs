//! Points in time, and sizes.

use chrono::DateTime;

/// Unix time in seconds as `2026-11-22 14:03:05 UTC`.
pub fn utc(seconds: u64) -> String {
    format!("{} UTC", plain(seconds))
}

/// Unix time in seconds as `2026-11-22 14:03:05`, in UTC.
pub fn plain(seconds: u64) -> String {
    formatted(seconds, "%Y-%m-%d %H:%M:%S")
}

/// Unix time in seconds as `2026-11-22T14:03:05Z`, for scripts.
pub fn rfc3339(seconds: u64) -> String {
    formatted(seconds, "%Y-%m-%dT%H:%M:%SZ")
}

/// `812 B`, `14.2 KiB`, `3.0 MiB`.
pub fn size(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a tenth is shown")]
    let bytes_as_float = bytes as f64;
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes_as_float / 1024.0),
        _ => format!("{:.1} MiB", bytes_as_float / 1_048_576.0),
    }
}

fn formatted(seconds: u64, form: &str) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|it| DateTime::from_timestamp(it, 0));
    moment.map_or_else(|| format!("second {seconds}"), |it| it.format(form).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc() {
        assert_eq!(utc(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(plain(1_795_356_185), "2026-11-22 14:03:05");
        assert_eq!(rfc3339(1_795_356_185), "2026-11-22T14:03:05Z");
        assert_eq!(plain(u64::MAX), format!("second {}", u64::MAX));
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, expect) in [(0, "0 B"), (1023, "1023 B"), (14_541, "14.2 KiB"), (3 << 20, "3.0 MiB")] {
            assert_eq!(size(bytes), expect);
        }
    }
}
