//! The snapshots that are kept.

use engine::store::Version;
use serde_json::{Value, json};

use super::style::{BOLD, DIM};
use super::time;

/// A table, newest first.
pub fn text(versions: &[Version]) -> String {
    let head = ["SERIAL", "EPOCH", "WRITTEN (UTC)", "SIZE", "VERSION"].map(str::to_owned);
    let row = |it: &Version| {
        let (serial, epoch) = (it.serial.to_string(), it.epoch.to_string());
        [serial, epoch, time::plain(it.written), time::size(it.bytes), it.id.clone()]
    };
    let rows: Vec<[String; 5]> = versions.iter().map(row).collect();
    let mut widths = [0; 5];
    for cells in rows.iter().chain([&head]) {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |[serial, epoch, written, size, version]: &[String; 5]| {
        let [a, b, c, d, _] = widths;
        format!("{serial:>a$}  {epoch:>b$}  {written:<c$}  {size:>d$}  {version}")
    };
    let mut out = format!("{DIM}{}{DIM:#}\n", line(&head));
    for (version, cells) in versions.iter().zip(&rows) {
        out += &match version.current {
            true => format!("{BOLD}{}{BOLD:#}  {DIM}in use{DIM:#}\n", line(cells)),
            false => format!("{}\n", line(cells)),
        };
    }
    out
}

/// For a script.
pub fn json(versions: &[Version]) -> Value {
    let row = |it: &Version| {
        json!({
            "id": it.id, "serial": it.serial, "epoch": it.epoch, "written": time::rfc3339(it.written), "bytes": it.bytes,
            "current": it.current,
        })
    };
    versions.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let version = |id: &str, serial: u64, current: bool| Version {
            id: id.to_owned(),
            serial,
            epoch: serial * 2,
            written: 1_795_356_185,
            bytes: 14_541,
            current,
        };
        let shown = text(&[version("3sL4kqtJlcpX", 1234, true), version("null", 7, false)]);
        assert_eq!(
            anstream::adapter::strip_str(&shown).to_string(),
            "SERIAL  EPOCH  WRITTEN (UTC)            SIZE  VERSION\n  \
             1234   2468  2026-11-22 14:03:05  14.2 KiB  3sL4kqtJlcpX  in use\n     \
             7     14  2026-11-22 14:03:05  14.2 KiB  null\n"
        );
        assert_eq!(json(&[version("null", 7, true)])[0]["written"], "2026-11-22T14:03:05Z");
    }
}
