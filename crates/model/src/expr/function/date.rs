//! Time stamps as RFC 3339 writes them. Nothing here asks a clock.

use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt::Write as _;

use chrono::{DateTime, Datelike, FixedOffset, SecondsFormat, TimeDelta, Timelike};

use super::{Args, Fault};
use crate::tree::{Known, Tree};

type Time = DateTime<FixedOffset>;

fn time(args: &Args<Infallible>, at: usize) -> Result<Time, Fault> {
    let text = args.text(at)?;
    Time::parse_from_rfc3339(&text).map_err(|_| Fault::at(at, "this is no time stamp, as `2024-01-02T15:04:05Z`"))
}

pub(super) fn timecmp(args: &Args<Infallible>) -> Result<Known, Fault> {
    Ok(Tree::Int(match time(args, 0)?.cmp(&time(args, 1)?) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }))
}

pub(super) fn timeadd(args: &Args<Infallible>) -> Result<Known, Fault> {
    let moved = time(args, 0)?.checked_add_signed(duration(&args.text(1)?)?);
    let moved = moved.ok_or_else(|| Fault::at(1, "the result is no date"))?;
    Ok(Tree::Text(moved.to_rfc3339_opts(SecondsFormat::Secs, true)))
}

/// A duration as Go writes it: `-1h30m`, `1.5h`, `300ms`.
fn duration(text: &str) -> Result<TimeDelta, Fault> {
    let wrong = || Fault::at(1, "this is no duration, as `1h30m`");
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(TimeDelta::zero());
    }
    let mut nanoseconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let value: f64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        nanoseconds += value
            * match &rest[..letters] {
                "ns" => 1.0,
                "us" | "µs" | "μs" => 1e3,
                "ms" => 1e6,
                "s" => 1e9,
                "m" => 6e10,
                "h" => 3.6e12,
                _ => return Err(wrong()),
            };
        rest = &rest[letters..];
    }
    if text.is_empty() || nanoseconds > 9e18 {
        return Err(wrong());
    }
    #[allow(clippy::cast_possible_truncation, reason = "checked to fit above")]
    Ok(TimeDelta::nanoseconds((sign * nanoseconds) as i64))
}

pub(super) fn formatdate(args: &Args<Infallible>) -> Result<Known, Fault> {
    let (spec, time) = (args.text(0)?, time(args, 1)?);
    let characters: Vec<char> = spec.chars().collect();
    let (mut text, mut at) = (String::new(), 0);
    while let Some(&character) = characters.get(at) {
        if character == '\'' {
            at = quoted(&characters, at + 1, &mut text)?;
        } else if character.is_ascii_alphabetic() {
            let run = characters[at..].iter().take_while(|it| **it == character).count();
            let verb: String = characters[at..at + run].iter().collect();
            part(&verb, time, &mut text)?;
            at += run;
        } else {
            text.push(character);
            at += 1;
        }
    }
    Ok(Tree::Text(text))
}

/// Literal text up to the closing quote; two quotes are one.
fn quoted(characters: &[char], mut at: usize, text: &mut String) -> Result<usize, Fault> {
    loop {
        match (characters.get(at), characters.get(at + 1)) {
            (Some('\''), Some('\'')) => {
                text.push('\'');
                at += 2;
            }
            (Some('\''), _) => return Ok(at + 1),
            (Some(other), _) => {
                text.push(*other);
                at += 1;
            }
            (None, _) => return Err(Fault::at(0, "a quote is never closed")),
        }
    }
}

fn part(verb: &str, time: Time, text: &mut String) -> Result<(), Fault> {
    let (_, hour) = time.hour12();
    let half = if time.hour() < 12 { "am" } else { "pm" };
    let offset = time.offset().local_minus_utc();
    let zone = |colon: &str| {
        let minutes = offset.abs() / 60;
        format!("{}{:02}{colon}{:02}", if offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
    };
    let written = match verb {
        "YYYY" => write!(text, "{:04}", time.year()),
        "YY" => write!(text, "{:02}", time.year().rem_euclid(100)),
        "MMMM" => write!(text, "{}", time.format("%B")),
        "MMM" => write!(text, "{}", time.format("%b")),
        "MM" => write!(text, "{:02}", time.month()),
        "M" => write!(text, "{}", time.month()),
        "DD" => write!(text, "{:02}", time.day()),
        "D" => write!(text, "{}", time.day()),
        "EEEE" => write!(text, "{}", time.format("%A")),
        "EEE" => write!(text, "{}", time.format("%a")),
        "hh" => write!(text, "{:02}", time.hour()),
        "h" => write!(text, "{}", time.hour()),
        "HH" => write!(text, "{hour:02}"),
        "H" => write!(text, "{hour}"),
        "AA" => write!(text, "{}", half.to_uppercase()),
        "aa" => write!(text, "{half}"),
        "mm" => write!(text, "{:02}", time.minute()),
        "m" => write!(text, "{}", time.minute()),
        "ss" => write!(text, "{:02}", time.second()),
        "s" => write!(text, "{}", time.second()),
        "ZZZZZ" => write!(text, "{}", zone(":")),
        "ZZZZ" => write!(text, "{}", zone("")),
        "ZZZ" if offset == 0 => write!(text, "UTC"),
        "ZZZ" => write!(text, "{}", zone("")),
        "Z" if offset == 0 => write!(text, "Z"),
        "Z" => write!(text, "{}", zone(":")),
        _ => return Err(Fault::at(0, format!("a date has no `{verb}`"))),
    };
    written.map_err(|_| Fault::all("the date cannot be written"))
}
