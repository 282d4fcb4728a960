//! Texts and regular expressions.

use std::convert::Infallible;

use regex::{Captures, Regex};

use super::{Args, Fault};
use crate::tree::{Known, Tree};

type Result = std::result::Result<Known, Fault>;

pub(super) fn chomp(args: &Args<Infallible>) -> Result {
    Ok(Tree::text(args.text(0)?.trim_end_matches(['\r', '\n'])))
}

pub(super) fn endswith(args: &Args<Infallible>) -> Result {
    Ok(Tree::Bool(args.text(0)?.ends_with(&args.text(1)?)))
}

pub(super) fn indent(args: &Args<Infallible>) -> Result {
    let spaces = args.count(0)?;
    if spaces > 1024 {
        return Err(Fault::at(0, "at most 1024 spaces"));
    }
    Ok(Tree::Text(args.text(1)?.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

pub(super) fn join(args: &Args<Infallible>) -> Result {
    let separator = args.text(0)?;
    let mut parts = Vec::new();
    for at in 1..args.len() {
        parts.extend(args.texts(at)?);
    }
    Ok(Tree::Text(parts.join(&separator)))
}

pub(super) fn lower(args: &Args<Infallible>) -> Result {
    Ok(Tree::Text(args.text(0)?.to_lowercase()))
}

pub(super) fn upper(args: &Args<Infallible>) -> Result {
    Ok(Tree::Text(args.text(0)?.to_uppercase()))
}

pub(super) fn regex(args: &Args<Infallible>) -> Result {
    let pattern = pattern(&args.text(0)?, 0)?;
    let text = args.text(1)?;
    let found = pattern.captures(&text);
    let found = found.ok_or_else(|| Fault::at(1, "the pattern finds nothing in this text"))?;
    Ok(capture(&pattern, &found))
}

pub(super) fn regexall(args: &Args<Infallible>) -> Result {
    let pattern = pattern(&args.text(0)?, 0)?;
    Ok(Tree::List(pattern.captures_iter(&args.text(1)?).map(|found| capture(&pattern, &found)).collect()))
}

fn pattern(text: &str, at: usize) -> std::result::Result<Regex, Fault> {
    Regex::new(text).map_err(|error| {
        let why = error.to_string();
        let last = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
        Fault::at(at, format!("this is no regular expression: {last}"))
    })
}

/// A map where groups have names, a list where they have none, else the whole.
fn capture(pattern: &Regex, found: &Captures<'_>) -> Known {
    let group = |at: usize| found.get(at).map_or(Tree::Null, |it| Tree::text(it.as_str()));
    if pattern.captures_len() == 1 {
        return group(0);
    }
    let names: Vec<(usize, &str)> =
        pattern.capture_names().enumerate().filter_map(|(at, name)| Some((at, name?))).collect();
    if names.is_empty() {
        return Tree::List((1..pattern.captures_len()).map(group).collect());
    }
    Tree::map(names.into_iter().map(|(at, name)| (name, group(at))))
}

pub(super) fn replace(args: &Args<Infallible>) -> Result {
    let (text, part, replacement) = (args.text(0)?, args.text(1)?, args.text(2)?);
    match part.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(inner) => Ok(Tree::text(pattern(inner, 1)?.replace_all(&text, replacement.as_str()))),
        None => Ok(Tree::Text(text.replace(&part, &replacement))),
    }
}

pub(super) fn split(args: &Args<Infallible>) -> Result {
    let (separator, text) = (args.text(0)?, args.text(1)?);
    if separator.is_empty() {
        return Ok(Tree::List(text.chars().map(Tree::text).collect()));
    }
    Ok(Tree::List(text.split(&separator).map(Tree::text).collect()))
}

pub(super) fn startswith(args: &Args<Infallible>) -> Result {
    Ok(Tree::Bool(args.text(0)?.starts_with(&args.text(1)?)))
}

pub(super) fn strcontains(args: &Args<Infallible>) -> Result {
    Ok(Tree::Bool(args.text(0)?.contains(&args.text(1)?)))
}

pub(super) fn strrev(args: &Args<Infallible>) -> Result {
    Ok(Tree::Text(args.text(0)?.chars().rev().collect()))
}

pub(super) fn substr(args: &Args<Infallible>) -> Result {
    let characters: Vec<char> = args.text(0)?.chars().collect();
    let (offset, length) = (args.whole(1)?, args.whole(2)?);
    let distance = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
    let start = if offset < 0 { characters.len().saturating_sub(distance) } else { distance.min(characters.len()) };
    let rest = &characters[start..];
    let length = match usize::try_from(length) {
        Ok(length) => length.min(rest.len()),
        Err(_) if length == -1 => rest.len(),
        Err(_) => return Err(Fault::at(2, "the length is -1 or not negative")),
    };
    Ok(Tree::Text(rest[..length].iter().collect()))
}

pub(super) fn title(args: &Args<Infallible>) -> Result {
    let mut after_word = false;
    let mut titled = String::new();
    for character in args.text(0)?.chars() {
        if after_word {
            titled.push(character);
        } else {
            titled.extend(character.to_uppercase());
        }
        after_word = character.is_alphanumeric() || character == '_';
    }
    Ok(Tree::Text(titled))
}

pub(super) fn trim(args: &Args<Infallible>) -> Result {
    let characters = args.text(1)?;
    Ok(Tree::text(args.text(0)?.trim_matches(|it| characters.contains(it))))
}

pub(super) fn trimprefix(args: &Args<Infallible>) -> Result {
    let text = args.text(0)?;
    Ok(Tree::text(text.strip_prefix(&args.text(1)?).unwrap_or(&text)))
}

pub(super) fn trimspace(args: &Args<Infallible>) -> Result {
    Ok(Tree::text(args.text(0)?.trim()))
}

pub(super) fn trimsuffix(args: &Args<Infallible>) -> Result {
    let text = args.text(0)?;
    Ok(Tree::text(text.strip_suffix(&args.text(1)?).unwrap_or(&text)))
}
