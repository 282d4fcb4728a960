//! What state keeps of secrets: keyed fingerprints, and stamps of secrets that AWS holds.
//!
//! In: values with secrets in clear, in memory. Out: the same values fit to be written down, and
//! whether two secrets are the same. It must not know where the key is kept.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use model::{Address, Known, Planned, Secret, Tree};
use sha2::Sha256;

/// Makes and compares fingerprints under one stack's key.
///
/// A fingerprint is an HMAC-SHA-256 over the address, the path and the value. The path is the
/// fields and keys that lead to the value, joined by dots, with `[]` for members of lists: where
/// a member stands in its list says nothing.
#[derive(Clone)]
pub struct Fingerprints {
    key: [u8; 32],
}

impl std::fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fingerprints")
    }
}

impl Fingerprints {
    /// Fingerprints under a key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// A resource's arguments as state keeps them: every secret is its stamp, else its
    /// fingerprint. A secret that was kept and never stored becomes null; see [`keep`].
    #[must_use]
    pub fn seal(&self, address: &Address, inputs: Known) -> Known {
        self.seal_at(&address.to_string(), "", inputs)
    }

    /// The value of a stack output as state keeps it.
    #[must_use]
    pub fn seal_output(&self, name: &str, value: Known) -> Known {
        self.seal_at(&output_scope(name), "", value)
    }

    /// Whether a desired value is the secret that state remembers under this address and path.
    #[must_use]
    pub fn same(&self, address: &Address, path: &str, stored: &Secret, desired: &Planned) -> bool {
        self.same_at(&address.to_string(), path, stored, desired)
    }

    fn same_at(&self, scope: &str, path: &str, stored: &Secret, desired: &Planned) -> bool {
        let stamp = match desired {
            Tree::Secret(Secret::Keep) => return true,
            Tree::Secret(Secret::Plain { stamp, .. }) => stamp.as_ref(),
            Tree::Secret(Secret::Stamp(stamp)) => Some(stamp),
            Tree::Hole(pending) => pending.stamp.as_ref(),
            Tree::Secret(Secret::Fingerprint(print)) => {
                return matches!(stored, Secret::Fingerprint(other) if other == print);
            }
            Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => None,
            Tree::List(_) | Tree::Map(_) => None,
        };
        match stored {
            Secret::Stamp(stored) => stamp == Some(stored),
            Secret::Fingerprint(stored) => match desired.clone().known() {
                Ok(known) => reveal(&known).is_some_and(|value| self.print(scope, path, &value) == *stored),
                Err(_) => false,
            },
            Secret::Plain { value, .. } => match desired.clone().known() {
                Ok(known) => reveal(&known).is_some_and(|it| Some(it) == reveal(value)),
                Err(_) => false,
            },
            Secret::Keep => false,
        }
    }

    fn seal_at(&self, scope: &str, path: &str, value: Known) -> Known {
        if value.has_secret() { self.sealed(scope, path, value) } else { value }
    }

    fn sealed(&self, scope: &str, path: &str, value: Known) -> Known {
        match value {
            Tree::Secret(Secret::Plain { stamp: Some(stamp), .. }) => Tree::Secret(Secret::Stamp(stamp)),
            Tree::Secret(Secret::Plain { value, stamp: None }) => match reveal(&value) {
                Some(value) => Tree::Secret(Secret::Fingerprint(self.print(scope, path, &value))),
                None => Tree::Null,
            },
            Tree::Secret(Secret::Keep) => Tree::Null,
            Tree::Secret(kept @ (Secret::Fingerprint(_) | Secret::Stamp(_))) => Tree::Secret(kept),
            Tree::List(items) => {
                let path = item(path);
                Tree::List(items.into_iter().map(|it| self.sealed(scope, &path, it)).collect())
            }
            Tree::Map(members) => {
                let seal = |(key, it): (String, Known)| {
                    let sealed = self.sealed(scope, &member(path, &key), it);
                    (key, sealed)
                };
                Tree::Map(members.into_iter().map(seal).collect())
            }
            plain => plain,
        }
    }

    fn print(&self, scope: &str, path: &str, value: &Known) -> String {
        // Lengths first, so that no two triples read the same.
        let text = canonical(value).to_json().to_string();
        let message = format!("{}:{scope}{}:{path}{text}", scope.len(), path.len());
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            unreachable!("HMAC takes keys of any length");
        };
        mac.update(message.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

/// Puts what state remembers in the place of every secret that is merely kept.
#[must_use]
pub fn keep(inputs: Known, last: &Known) -> Known {
    match inputs {
        Tree::Secret(Secret::Keep) => match last {
            Tree::Null => Tree::Secret(Secret::Keep),
            stored => stored.clone(),
        },
        Tree::List(items) => {
            let stored = |index: usize| last.as_list().and_then(|it| it.get(index)).unwrap_or(&Tree::Null);
            Tree::List(items.into_iter().enumerate().map(|(index, it)| keep(it, stored(index))).collect())
        }
        Tree::Map(members) => {
            let kept = |(key, it): (String, Known)| {
                let kept = keep(it, last.get(&key).unwrap_or(&Tree::Null));
                (key, kept)
            };
            Tree::Map(members.into_iter().map(kept).collect())
        }
        plain => plain,
    }
}

/// The value with every secret in it laid open; `None` where one is not at hand.
#[must_use]
pub fn reveal(value: &Known) -> Option<Known> {
    Some(match value {
        Tree::Secret(Secret::Plain { value, .. }) => reveal(value)?,
        Tree::Secret(Secret::Fingerprint(_) | Secret::Stamp(_) | Secret::Keep) => return None,
        Tree::List(items) => Tree::List(items.iter().map(reveal).collect::<Option<_>>()?),
        Tree::Map(members) => {
            let member = |(key, it): (&String, &Known)| Some((key.clone(), reveal(it)?));
            Tree::Map(members.iter().map(member).collect::<Option<_>>()?)
        }
        plain => plain.clone(),
    })
}

/// The path of a member of a map or block.
#[must_use]
pub fn member(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The path of a member of a list or set.
#[must_use]
pub fn item(path: &str) -> String {
    format!("{path}[]")
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whole floats as whole numbers, and no null members: what AWS cannot tell apart.
fn canonical(value: &Known) -> Known {
    match value {
        // Beyond 2^53 a float has no digits left that could differ.
        #[allow(clippy::cast_possible_truncation)]
        Tree::Float(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => Tree::Int(*number as i64),
        Tree::List(items) => Tree::List(items.iter().map(canonical).collect()),
        Tree::Map(members) => {
            let set = members.iter().filter(|(_, it)| !it.is_null());
            Tree::Map(set.map(|(key, it)| (key.clone(), canonical(it))).collect())
        }
        plain => plain.clone(),
    }
}

fn output_scope(name: &str) -> String {
    format!("output.{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address::managed("aws_db_instance", "main")
    }

    fn secret(text: &str) -> Known {
        Tree::Secret(Secret::plain(Tree::text(text)))
    }

    fn stamped(text: &str, stamp: &str) -> Known {
        Tree::Secret(Secret::Plain { value: Box::new(Tree::text(text)), stamp: Some(stamp.into()) })
    }

    fn stored(value: &Known) -> &Secret {
        match value {
            Tree::Secret(secret) => secret,
            _ => panic!("a secret"),
        }
    }

    #[test]
    fn a_fingerprint_holds_for_its_address_path_value_and_key() {
        let prints = Fingerprints::new([7; 32]);
        let sealed = prints.seal(&address(), Known::map([("password", secret("hunter2"))]));
        assert!(!serde_json::to_string(&sealed).expect("serialises").contains("hunter2"));
        let stored = stored(sealed.get("password").expect("set")).clone();
        let check = |prints: &Fingerprints, address: &Address, path: &str, value: Known| {
            prints.same(address, path, &stored, &value.widen())
        };
        assert!(check(&prints, &address(), "password", secret("hunter2")));
        assert!(check(&prints, &address(), "password", Tree::Secret(Secret::Keep)));
        assert!(!check(&prints, &address(), "password", secret("hunter3")));
        assert!(!check(&prints, &address(), "username", secret("hunter2")));
        assert!(!check(&prints, &Address::managed("aws_db_instance", "other"), "password", secret("hunter2")));
        assert!(!check(&Fingerprints::new([8; 32]), &address(), "password", secret("hunter2")));
    }

    #[test]
    fn a_stamp_stands_for_the_value() {
        let prints = Fingerprints::new([7; 32]);
        let sealed = prints.seal(&address(), stamped("hunter2", "arn|v1"));
        assert_eq!(sealed, Tree::Secret(Secret::Stamp("arn|v1".into())));
        let mut pending = model::Pending::on(address(), "secret_string");
        pending.secret = true;
        pending.stamp = Some("arn|v1".into());
        assert!(prints.same(&address(), "", stored(&sealed), &Tree::Hole(pending.clone())));
        pending.stamp = Some("arn|v2".into());
        assert!(!prints.same(&address(), "", stored(&sealed), &Tree::Hole(pending)));
        assert!(prints.same(&address(), "", stored(&sealed), &stamped("whatever", "arn|v1").widen()));
    }

    #[test]
    fn kept_secrets_keep_what_state_remembers() {
        let prints = Fingerprints::new([7; 32]);
        let last = prints.seal(&address(), Known::map([("list", Tree::List(vec![secret("a"), secret("b")]))]));
        let kept = Known::map([("list", Tree::List(vec![Tree::Secret(Secret::Keep), secret("c")]))]);
        let now = prints.seal(&address(), keep(kept, &last));
        let item =
            |tree: &Known, index: usize| tree.get("list").and_then(Known::as_list).expect("a list")[index].clone();
        assert_eq!(item(&now, 0), item(&last, 0));
        assert_ne!(item(&now, 1), item(&last, 1));
    }

    #[test]
    fn where_a_member_stands_in_its_list_says_nothing() {
        let prints = Fingerprints::new([7; 32]);
        let sealed = |items: Vec<Known>| prints.seal(&address(), Known::map([("list", Tree::List(items))]));
        let (ab, ba) = (sealed(vec![secret("a"), secret("b")]), sealed(vec![secret("b"), secret("a")]));
        let item =
            |tree: &Known, index: usize| tree.get("list").and_then(Known::as_list).expect("a list")[index].clone();
        assert_eq!(item(&ab, 0), item(&ba, 1));
    }
}
