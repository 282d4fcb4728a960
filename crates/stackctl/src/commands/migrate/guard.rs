//! The last look at what is about to be written: is a secret in it?
//!
//! In: the secrets' values, and every text with its name. Out: the names of texts that may hold
//! one. Nothing that migrate writes is made from a secret; should that ever be wrong, or a file
//! that goes along as it is hold one, nothing is written at all.

use std::collections::{BTreeMap, BTreeSet};

use engine::fingerprint::reveal;
use model::{Known, Tree};
use serde_json::Value;

use crate::failure::{Exit, Failure};

/// Shorter texts turn up everywhere.
const SHORTEST: usize = 4;

/// A text of letters alone, or of digits alone, that is shorter is a word or a number: `wordpress`
/// as a password is also the name of half the stack, and 3306 a port.
const LONG: usize = 16;

/// A text that is about to be written or printed.
#[derive(Debug)]
pub struct Text {
    /// What it is called.
    pub name: String,
    /// It.
    pub bytes: Vec<u8>,
    /// Whether it is a file of Terraform's that goes along as it is.
    pub is_copy: bool,
}

/// Looks for the secrets in the texts; answers which words of theirs stand there too.
///
/// # Errors
/// A secret stands in a text. Neither the message nor a warning holds it.
pub fn check(secrets: &BTreeMap<String, Known>, texts: &[Text]) -> Result<Vec<String>, Failure> {
    let mut warnings = Vec::new();
    for (name, value) in secrets {
        for secret in leaves(value) {
            let holding: Vec<&Text> = texts.iter().filter(|it| holds(&it.bytes, &secret)).collect();
            match (holding.is_empty(), is_word(&secret)) {
                (true, _) => {}
                (false, true) => warnings.push(format!(
                    "the value of the secret `{name}` is a plain word or number that also stands in {}: look whether it \
                     is there as a secret",
                    named_in_row(&holding)
                )),
                (false, false) => return Err(leaked(name, &holding)),
            }
        }
    }
    Ok(warnings)
}

fn leaked(name: &str, holding: &[&Text]) -> Failure {
    let places = named_in_row(holding);
    if holding.iter().all(|it| it.is_copy) {
        let message = format!("the value of the secret `{name}` stands in {places}, which expressions read");
        return Failure::wrong("secret-in-file", message).help(
            "such files go along as they are: take the secret out of it, and apply that with Terraform; nothing was \
                   written",
        );
    }
    let message = format!("the value of the secret `{name}` would have come into {places}");
    Failure::new(Exit::Bug, "secret-leak", message)
        .help("this is a bug in stackctl: nothing was written; please report it, without the secret")
}

fn named_in_row(texts: &[&Text]) -> String {
    texts.iter().map(|it| format!("`{}`", it.name)).collect::<Vec<_>>().join(", ")
}

/// The texts and numbers of a secret that are long enough to be looked for. Of a structure that is
/// secret as a whole, because something in it is, only what is called like a secret: a container's
/// environment holds addresses and names as well, which stand in many places.
fn leaves(value: &Known) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match reveal(value).unwrap_or(Tree::Null) {
        Tree::Text(text) => match serde_json::from_str(&text) {
            Ok(json @ (Value::Object(_) | Value::Array(_))) => named(&json, &mut found),
            Ok(_) | Err(_) => atom(&Value::from(text), &mut found),
        },
        structured @ (Tree::List(_) | Tree::Map(_)) => named(&structured.to_json(), &mut found),
        single => atom(&single.to_json(), &mut found),
    }
    found
}

/// What is called like a secret: `password = …`, or `name = "DB_PASSWORD"` beside `value = …`.
fn named(structure: &Value, found: &mut BTreeSet<String>) {
    match structure {
        Value::Array(items) => items.iter().for_each(|it| named(it, found)),
        Value::Object(members) => {
            let called = members.get("name").and_then(Value::as_str).is_some_and(sounds_secret);
            for (key, it) in members {
                if sounds_secret(key) || (called && key == "value") {
                    atom(it, found);
                }
                named(it, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn sounds_secret(name: &str) -> bool {
    const SOUNDS: [&str; 8] =
        ["password", "passwd", "secret", "token", "credential", "api_key", "access_key", "private_key"];
    let name = name.to_lowercase();
    SOUNDS.iter().any(|it| name.contains(it))
}

/// A text or a number; where a secret lies is none.
fn atom(value: &Value, found: &mut BTreeSet<String>) {
    let atom = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return,
    };
    if atom.chars().count() >= SHORTEST && !atom.starts_with("arn:") {
        found.insert(atom);
    }
}

fn is_word(secret: &str) -> bool {
    let plain = secret.chars().all(char::is_alphabetic) || secret.chars().all(|it| it.is_ascii_digit());
    plain && secret.chars().count() < LONG
}

/// Whether a text holds a secret, as it is or as a string of JSON or TOML has it.
fn holds(text: &[u8], secret: &str) -> bool {
    let quoted = Value::from(secret).to_string();
    let escaped = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    [secret, escaped].iter().any(|it| text.windows(it.len()).any(|window| window == it.as_bytes()))
}

#[cfg(test)]
mod tests {
    use model::Secret;

    use super::*;

    /// How it ends: clean, warned, refused.
    fn check(secret: Known, text: &str, expect: &str) {
        check_in(secret, text, false, expect);
    }

    fn check_in(secret: Known, text: &str, is_copy: bool, expect: &str) {
        let secrets = BTreeMap::from([("key".to_owned(), Tree::Secret(Secret::plain(secret)))]);
        let texts = [Text { name: "stack.toml".to_owned(), bytes: text.as_bytes().to_vec(), is_copy }];
        let found = match super::check(&secrets, &texts) {
            Ok(warnings) if warnings.is_empty() => "clean".to_owned(),
            Ok(warnings) => format!("warned {}", warnings.len()),
            Err(failure) => {
                assert!(!failure.message.contains("hunter2"), "{}", failure.message);
                assert!(failure.message.contains("`stack.toml`"), "{}", failure.message);
                format!("refused {}", failure.exit as u8)
            }
        };
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn a_secret_in_a_text_stops_everything() {
        check(Tree::text("hunter2"), "password = \"hunter2\"", "refused 70");
        check(Tree::text("hunter2"), "url = \"mysql://me:hunter2@host\"", "refused 70");
        check(Tree::text("hunter2"), "password = \"${var.key}\"", "clean");
        check(Known::map([("user", Tree::text("x")), ("password", Tree::text("hunter2"))]), "hunter2", "refused 70");
        check(Tree::text(r#"{"user":"me","password":"hunter2"}"#), "hunter2", "refused 70");
        check(Tree::text("a\"b\nhunter2"), r#"x = "a\"b\nhunter2""#, "refused 70");
        check(Tree::text("correcthorsebatterystaple"), "correcthorsebatterystaple", "refused 70");
    }

    #[test]
    fn a_secret_in_a_file_is_its_writers() {
        check_in(Tree::text("hunter2"), "password = \"hunter2\"", true, "refused 1");
        check_in(Tree::text("hunter2"), "password = \"hunter3\"", true, "clean");
    }

    #[test]
    fn words_and_numbers_stand_elsewhere_too() {
        check(Tree::text("wordpress"), "name = \"wordpress\"", "warned 1");
        check(Tree::Int(3306), "port = 3306", "warned 1");
        check(Tree::text("abc"), "abc", "clean");
        check(Tree::text(""), "abc", "clean");
    }

    #[test]
    fn what_stands_beside_a_secret_is_none() {
        let variable = |name: &str, value: &str| Known::map([("name", Tree::text(name)), ("value", Tree::text(value))]);
        let variables = vec![variable("DB_HOST", "db.c1x2.example.com"), variable("DB_PASSWORD", "hunter2")];
        let container = Known::map([("environment", Tree::List(variables)), ("image", Tree::text("shop:1.2"))]);
        check(container.clone(), "image = \"shop:1.2\"\nhost = \"db.c1x2.example.com\"", "clean");
        check(container, "password = \"hunter2\"", "refused 70");
    }
}
