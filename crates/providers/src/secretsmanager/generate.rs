//! Passwords made in memory: sent once, kept nowhere.

use driver::Fault;
use model::Attributes;
use model::typed::Secret;
use rand::seq::{IndexedRandom, SliceRandom};

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";
/// Without the characters that RDS refuses in passwords: `/`, `@`, `"` and space.
const SPECIAL: &str = "!#$%&()*+,-.:;<=>?[]^_{|}~";

/// How a password is made. At least one character of every group that is switched on occurs.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Generate {
    /// How many characters.
    #[attr(range = 8..=4096)]
    pub length: u16,
    /// Whether lower-case letters occur.
    #[attr(default = true)]
    pub lower: Option<bool>,
    /// Whether upper-case letters occur.
    #[attr(default = true)]
    pub upper: Option<bool>,
    /// Whether digits occur.
    #[attr(default = true)]
    pub numeric: Option<bool>,
    /// Whether special characters occur.
    #[attr(default = true)]
    pub special: Option<bool>,
    /// The special characters to choose from, instead of those that every database takes.
    pub override_special: Option<String>,
    /// Any text; another text makes another password.
    pub rotation: Option<String>,
}

/// Makes a password from the operating system's randomness.
///
/// # Errors
/// Every group of characters is switched off.
pub fn password(how: &Generate) -> Result<Secret<String>, Fault> {
    let special = how.override_special.as_deref().unwrap_or(SPECIAL);
    let groups = [(how.lower, LOWER), (how.upper, UPPER), (how.numeric, DIGITS), (how.special, special)];
    let groups: Vec<Vec<char>> =
        groups.iter().filter(|(on, _)| on.unwrap_or(true)).map(|(_, group)| group.chars().collect()).collect();
    let all: Vec<char> = groups.iter().flatten().copied().collect();
    let mut random = rand::rng();
    let mut characters: Vec<char> = groups.iter().filter_map(|group| group.choose(&mut random).copied()).collect();
    let rest = usize::from(how.length).saturating_sub(characters.len());
    characters.extend((0..rest).filter_map(|_| all.choose(&mut random).copied()));
    characters.shuffle(&mut random);
    if characters.len() != usize::from(how.length) {
        return Err(Fault::invalid(
            "aws_secretsmanager_secret_version",
            "`generate` leaves no characters to choose from",
        ));
    }
    Ok(Secret::new(characters.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(length: u16, special: bool) -> Generate {
        Generate {
            length,
            lower: None,
            upper: None,
            numeric: None,
            special: Some(special),
            override_special: None,
            rotation: None,
        }
    }

    #[test]
    fn every_group_occurs_and_no_two_are_equal() {
        for special in [true, false] {
            let made = password(&how(16, special)).expect("makes one");
            let has = |group: &str| made.expose().chars().any(|c| group.contains(c));
            assert_eq!(made.expose().chars().count(), 16);
            assert!(has(LOWER) && has(UPPER) && has(DIGITS));
            assert_eq!(has(SPECIAL), special);
            assert_ne!(made, password(&how(16, special)).expect("makes another"));
        }
    }

    #[test]
    fn nothing_to_choose_from_is_an_error() {
        let none = Generate { lower: Some(false), upper: Some(false), numeric: Some(false), ..how(16, false) };
        assert!(password(&none).is_err());
    }

    #[test]
    fn it_never_prints() {
        let made = password(&how(16, true)).expect("makes one");
        assert_eq!(format!("{made:?}"), "(secret)");
    }
}
