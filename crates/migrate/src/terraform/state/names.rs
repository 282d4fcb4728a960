//! What a state writes as text although it has parts: module instances, providers, paths.
//!
//! In: the text, or its steps. Out: the parts; `None` where the text is no such thing. It must
//! not know the objects that they belong to.

use model::{Path, Step};
use serde_json::Value as Json;

use super::raw::RawStep;
use crate::terraform::address::{Call, Key, ModulePath};

/// `module.a["x"].module.b[0]`
pub fn module(text: &str) -> Option<ModulePath> {
    let (path, rest) = calls(text)?;
    (rest.is_empty() && !path.0.is_empty()).then_some(path)
}

/// The source and the alias of `module.x.provider["HOST/hashicorp/aws"].us_east_1`. The host is
/// left out: a provider is the same wherever it was downloaded from.
pub fn provider(text: &str) -> Option<(String, Option<String>)> {
    let (_, rest) = calls(text)?;
    let rest = rest.strip_prefix("provider[\"")?;
    let (source, rest) = quoted(rest)?;
    let rest = rest.strip_prefix(']')?;
    let alias = match rest {
        "" => None,
        _ => Some(rest.strip_prefix('.').filter(|alias| is_word(alias))?.to_owned()),
    };
    let mut parts = source.rsplit('/');
    let (kind, namespace) = (parts.next()?, parts.next()?);
    Some((format!("{namespace}/{kind}"), alias))
}

/// A path as [`Path`] prints it. A step into a set names the whole member, so the path ends
/// before it.
pub fn sensitive_path(steps: &[RawStep]) -> Option<String> {
    let mut path = Path::default();
    for step in steps {
        // A key is written as it is, or beside its type.
        let value = step.value.get("value").unwrap_or(&step.value);
        path = match (step.kind.as_str(), value) {
            ("get_attr", Json::String(name)) => path.join(Step::Field(name.clone())),
            ("index", Json::String(key)) => path.join(Step::Key(key.clone())),
            ("index", Json::Number(at)) => path.join(Step::Index(usize::try_from(at.as_u64()?).ok()?)),
            ("index", Json::Object(_)) => break,
            _ => return None,
        };
    }
    Some(path.to_string())
}

/// The module calls that a text begins with, and what follows them.
fn calls(text: &str) -> Option<(ModulePath, &str)> {
    let mut path = ModulePath::default();
    let mut rest = text;
    while let Some(call) = rest.strip_prefix("module.") {
        let end = call.find(['.', '[']).unwrap_or(call.len());
        let (name, after) = call.split_at(end);
        if !is_word(name) {
            return None;
        }
        let (key, after) = key(after)?;
        path.0.push(Call { name: name.to_owned(), key });
        rest = match after {
            "" => "",
            _ => after.strip_prefix('.')?,
        };
    }
    Some((path, rest))
}

/// The key that a text begins with, and what follows it.
fn key(text: &str) -> Option<(Option<Key>, &str)> {
    let Some(inner) = text.strip_prefix('[') else { return Some((None, text)) };
    let (key, rest) = match inner.strip_prefix('"') {
        Some(inner) => {
            let (text, rest) = quoted(inner)?;
            (Key::Text(text), rest)
        }
        None => {
            let (digits, _) = inner.split_once(']')?;
            (Key::Number(digits.parse().ok()?), &inner[digits.len()..])
        }
    };
    Some((Some(key), rest.strip_prefix(']')?))
}

/// Text after an opening quote up to the closing one, with its escapes undone, and what follows.
/// <https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences>
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut plain = String::new();
    let mut rest = text;
    loop {
        let marker = ["$${", "%%{"].into_iter().find(|marker| rest.starts_with(marker));
        if let Some(marker) = marker {
            plain.push_str(&marker[1..]);
            rest = &rest[marker.len()..];
            continue;
        }
        let mut characters = rest.chars();
        match characters.next()? {
            '"' => return Some((plain, characters.as_str())),
            '\\' => {
                let (character, after) = escaped(characters.as_str())?;
                plain.push(character);
                rest = after;
            }
            character => {
                plain.push(character);
                rest = characters.as_str();
            }
        }
    }
}

/// The character that an escape stands for, after its backslash, and what follows.
fn escaped(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    let character = match characters.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        quoted @ ('"' | '\\') => quoted,
        wide @ ('u' | 'U') => {
            let digits = characters.as_str().get(..if wide == 'u' { 4 } else { 8 })?;
            let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
            return Some((character, &characters.as_str()[digits.len()..]));
        }
        _ => return None,
    };
    Some((character, characters.as_str()))
}

/// Whether a text is an identifier.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| it.is_alphanumeric() || it == '_' || it == '-')
}
