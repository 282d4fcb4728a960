//! `format` with the verbs of Go's `fmt` that Terraform takes.
//!
//! <https://developer.hashicorp.com/terraform/language/functions/format>

use std::convert::Infallible;

use super::{Args, Fault, encoding};
use crate::expr::convert::{self, Number};
use crate::tree::{Known, Tree};

/// Wider than anything that is meant.
const WIDEST: usize = 4096;

/// One `%…` of a specification.
#[derive(Clone, Debug, Default)]
struct Verb {
    letter: char,
    plus: bool,
    minus: bool,
    space: bool,
    sharp: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    /// Which argument, counted from 0.
    argument: usize,
}

enum Piece {
    Literal(String),
    Verb(Verb),
}

pub(super) fn format(args: &Args<Infallible>) -> Result<Known, Fault> {
    let pieces = parse(&args.text(0)?)?;
    render(&pieces, args.rest(1)).map(Tree::Text)
}

pub(super) fn formatlist(args: &Args<Infallible>) -> Result<Known, Fault> {
    let pieces = parse(&args.text(0)?)?;
    let mut length = None;
    for (at, value) in args.0.iter().enumerate().skip(1) {
        if let Tree::List(items) = value {
            match length {
                Some(length) if length != items.len() => {
                    return Err(Fault::at(at, format!("this list has {} items, another has {length}", items.len())));
                }
                Some(_) | None => length = Some(items.len()),
            }
        }
    }
    let rows = (0..length.unwrap_or(1)).map(|row| {
        let cell = |value: &Known| match value {
            Tree::List(items) => items.get(row).cloned().unwrap_or(Tree::Null),
            single => single.clone(),
        };
        let cells: Vec<Known> = args.rest(1).iter().map(cell).collect();
        render(&pieces, &cells).map(Tree::Text)
    });
    rows.collect::<Result<_, _>>().map(Tree::List)
}

fn parse(spec: &str) -> Result<Vec<Piece>, Fault> {
    let mut pieces = Vec::new();
    let mut rest = spec;
    let mut next = 0;
    while let Some((literal, after)) = rest.split_once('%') {
        pieces.push(Piece::Literal(literal.to_owned()));
        if let Some(after) = after.strip_prefix('%') {
            pieces.push(Piece::Literal("%".to_owned()));
            rest = after;
            continue;
        }
        let (verb, after) = verb(after, next)?;
        next = verb.argument + 1;
        pieces.push(Piece::Verb(verb));
        rest = after;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    Ok(pieces)
}

fn verb(mut rest: &str, next: usize) -> Result<(Verb, &str), Fault> {
    let mut verb = Verb { argument: next, ..Verb::default() };
    while let Some(flag) = rest.chars().next().filter(|it| "+- #0".contains(*it)) {
        match flag {
            '+' => verb.plus = true,
            '-' => verb.minus = true,
            ' ' => verb.space = true,
            '#' => verb.sharp = true,
            _ => verb.zero = true,
        }
        rest = &rest[1..];
    }
    let (width, after) = digits(rest)?;
    verb.width = width.unwrap_or(0);
    rest = after;
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = digits(after)?;
        verb.precision = Some(precision.unwrap_or(0));
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('[') {
        let (index, after) = digits(after)?;
        let index = index.and_then(|it| it.checked_sub(1));
        let index = index.zip(after.strip_prefix(']'));
        let (index, after) = index.ok_or_else(|| Fault::at(0, "`%[` is followed by a number from 1 and `]`"))?;
        verb.argument = index;
        rest = after;
    }
    let letter = rest.chars().next().ok_or_else(|| Fault::at(0, "`%` ends the text without a letter"))?;
    if !"vtbdoxXeEfFgGsq".contains(letter) {
        return Err(Fault::at(0, format!("there is no verb `%{letter}`")));
    }
    verb.letter = letter;
    Ok((verb, &rest[letter.len_utf8()..]))
}

fn digits(text: &str) -> Result<(Option<usize>, &str), Fault> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if end == 0 {
        return Ok((None, text));
    }
    let number = text[..end].parse().ok().filter(|it| *it <= WIDEST);
    let number = number.ok_or_else(|| Fault::at(0, format!("a width of more than {WIDEST}")))?;
    Ok((Some(number), &text[end..]))
}

fn render(pieces: &[Piece], values: &[Known]) -> Result<String, Fault> {
    let (mut text, mut used) = (String::new(), 0);
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Verb(verb) => {
                used = used.max(verb.argument + 1);
                let value = values.get(verb.argument).ok_or_else(|| {
                    let (letter, count) = (verb.letter, values.len());
                    Fault::at(0, format!("`%{letter}` needs value {}, and there are {count}", verb.argument + 1))
                })?;
                text.push_str(&verb.show(value).map_err(|why| Fault::at(verb.argument + 1, why))?);
            }
        }
    }
    if used < values.len() {
        return Err(Fault::at(used + 1, "the text has no verb for this value"));
    }
    Ok(text)
}

impl Verb {
    fn show(&self, value: &Known) -> Result<String, String> {
        match self.letter {
            'v' => self.plain(value),
            't' => convert::boolean(value).map(|it| it.to_string()),
            's' => Ok(self.padded(self.cut(convert::text(value)?))),
            'q' => Ok(self.padded(json(&Tree::Text(self.cut(convert::text(value)?))))),
            'b' | 'd' | 'o' | 'x' | 'X' => {
                let whole = convert::number(value)?.whole();
                Ok(self.whole(whole.ok_or("a whole number is needed")?))
            }
            _ => Ok(self.float(convert::number(value)?)),
        }
    }

    /// `%v` writes texts as they are, numbers as `%g` does, everything else as JSON.
    fn plain(&self, value: &Known) -> Result<String, String> {
        match value {
            Tree::Text(text) if !self.sharp => Ok(self.padded(self.cut(text.clone()))),
            Tree::Int(_) | Tree::Float(_) if !self.sharp => {
                let verb = Self { letter: 'g', plus: false, space: false, ..self.clone() };
                Ok(verb.float(convert::number(value)?))
            }
            other => Ok(self.padded(json(other))),
        }
    }

    fn cut(&self, text: String) -> String {
        match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text,
        }
    }

    fn padded(&self, text: String) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        match (self.minus, self.zero) {
            (true, _) => text + &" ".repeat(missing),
            (false, true) => "0".repeat(missing) + &text,
            (false, false) => " ".repeat(missing) + &text,
        }
    }

    /// Digits with their sign; zeros go between the two.
    fn signed(&self, negative: bool, digits: &str) -> String {
        let sign = match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        };
        if self.zero && !self.minus {
            let missing = self.width.saturating_sub(sign.len() + digits.chars().count());
            return format!("{sign}{}{digits}", "0".repeat(missing));
        }
        self.padded(format!("{sign}{digits}"))
    }

    fn whole(&self, value: i64) -> String {
        let size = value.unsigned_abs();
        let digits = match (self.letter, self.sharp) {
            ('b', false) => format!("{size:b}"),
            ('b', true) => format!("{size:#b}"),
            ('o', false) => format!("{size:o}"),
            ('o', true) => format!("0{size:o}"),
            ('x', false) => format!("{size:x}"),
            ('x', true) => format!("{size:#x}"),
            ('X', false) => format!("{size:X}"),
            ('X', true) => format!("0X{size:X}"),
            _ => size.to_string(),
        };
        self.signed(value < 0, &digits)
    }

    fn float(&self, number: Number) -> String {
        let value = number.float();
        let size = value.abs();
        let digits = match self.letter {
            'e' | 'E' => exponential(size, Some(self.precision.unwrap_or(6))),
            'f' | 'F' => format!("{size:.*}", self.precision.unwrap_or(6)),
            _ => general(size, self.precision),
        };
        let digits = if self.letter.is_uppercase() { digits.to_uppercase() } else { digits };
        self.signed(value < 0.0, &digits)
    }
}

/// `1.5e+06`: at least two digits of exponent, and its sign.
fn exponential(value: f64, precision: Option<usize>) -> String {
    let text = match precision {
        Some(digits) => format!("{value:.digits$e}"),
        None => format!("{value:e}"),
    };
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |it| ('-', it));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

/// `%g`: the shorter of the two forms; the precision counts all digits.
fn general(value: f64, precision: Option<usize>) -> String {
    let precision = precision.map(|it| it.max(1));
    let short = match precision {
        Some(digits) => format!("{value:.*e}", digits - 1),
        None => format!("{value:e}"),
    };
    let (digits, exponent) = short.split_once('e').unwrap_or((&short, "0"));
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let count = digits.chars().filter(char::is_ascii_digit).count();
    let limit =
        precision.map_or(6, |it| if it > count && exponent < i32::try_from(count).unwrap_or(0) { count } else { it });
    if exponent < -4 || exponent >= i32::try_from(limit).unwrap_or(i32::MAX) {
        let after = count.saturating_sub(1);
        return exponential(value, Some(after));
    }
    let after = i32::try_from(count).unwrap_or(0) - 1 - exponent;
    format!("{value:.*}", usize::try_from(after).unwrap_or(0))
}

fn json(value: &Known) -> String {
    let mut text = String::new();
    encoding::write_json(value, &mut text);
    text
}
