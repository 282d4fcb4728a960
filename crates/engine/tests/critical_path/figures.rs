//! The figures of a test, for whoever shows them.
//!
//! In: a name and JSON. Out: a file where `STACKCTL_BENCH_PATHS` says, to which every test adds.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value as Json};

static WRITING: Mutex<()> = Mutex::new(());

/// Writes figures down, and prints them.
pub fn tell(name: &str, figures: Json) {
    println!("{name}: {figures}");
    let Some(path) = std::env::var_os("STACKCTL_BENCH_PATHS").map(PathBuf::from) else { return };
    let _one_at_a_time = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let mut all: Map<String, Json> = serde_json::from_str(&text).unwrap_or_default();
    all.insert(name.to_owned(), figures);
    let text = serde_json::to_string_pretty(&all).expect("figures are JSON");
    std::fs::write(&path, text + "\n").expect("figures are written");
}

/// Seconds with three digits after the point.
pub fn seconds(duration: Duration) -> f64 {
    rounded(duration.as_secs_f64())
}

/// A number with three digits after the point.
pub fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// How many times longer than another.
pub fn ratio(total: Duration, least: Duration) -> f64 {
    total.as_secs_f64() / least.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// The one in the middle.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}
