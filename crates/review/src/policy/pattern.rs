//! Names with wildcards: which of them covers which.
//!
//! In: two patterns as policies write them (`s3:Get*`). Out: whether everything that one matches is
//! matched by the other, and whether they have anything in common. It must not know statements.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

/// One character of a pattern, or what stands for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Character(char),
    /// `${…}`: a policy variable or something that is not known yet. It is equal to itself.
    Symbol(&'a str),
    /// `?`
    One,
    /// `*`
    Many,
}

/// Whether `wide` matches all that `narrow` matches. Never says so wrongly.
#[must_use]
pub fn covers(wide: &str, narrow: &str) -> bool {
    // Most names have nothing to do with each other, which their beginnings tell at once.
    let literal = wide.find(['*', '?', '$']).unwrap_or(wide.len());
    if !narrow.starts_with(&wide[..literal]) {
        return false;
    }
    let (wide, narrow) = (tokens(wide), tokens(narrow));
    // `row[j]`: whether the tokens of `wide` so far cover the first `j` of `narrow`.
    let mut row: Vec<bool> = std::iter::once(true).chain(narrow.iter().map(|_| false)).collect();
    for token in wide {
        let mut next = vec![token == Token::Many && row[0]];
        for (index, other) in narrow.iter().enumerate() {
            let here = match (token, other) {
                (Token::Many, _) => row[index + 1] || next[index],
                (Token::One, Token::Character(_) | Token::One) => row[index],
                (Token::One, Token::Symbol(_) | Token::Many) => false,
                (Token::Character(_) | Token::Symbol(_), _) => token == *other && row[index],
            };
            next.push(here);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// Whether anything may match both. Never denies it wrongly: what is unknown may be anything.
#[must_use]
pub fn overlap(a: &str, b: &str) -> bool {
    let (a, b) = (tokens(a), tokens(b));
    let any = |token: &Token<'_>| matches!(token, Token::Many | Token::Symbol(_));
    let mut row = vec![true];
    for token in &b {
        row.push(row.last().copied().unwrap_or_default() && any(token));
    }
    for token in &a {
        let mut next = vec![row[0] && any(token)];
        for (index, other) in b.iter().enumerate() {
            let here = if any(token) || any(other) {
                row[index] || row[index + 1] || next[index]
            } else {
                row[index] && (token == other || *token == Token::One || *other == Token::One)
            };
            next.push(here);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

fn tokens(pattern: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let symbol = rest.starts_with("${").then(|| rest.find('}')).flatten();
        let (token, length) = match (symbol, character) {
            (Some(end), _) => (Token::Symbol(&rest[..=end]), end + 1),
            (None, '*') => (Token::Many, 1),
            (None, '?') => (Token::One, 1),
            (None, other) => (Token::Character(other), other.len_utf8()),
        };
        found.push(token);
        rest = &rest[length..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{covers, overlap};

    #[test]
    fn a_pattern_covers_narrower_ones() {
        let cases = [
            ("*", "s3:GetObject", true),
            ("s3:*", "s3:Get*", true),
            ("s3:Get*", "s3:*", false),
            ("s3:Get*", "s3:GetObject", true),
            ("s3:GetObject", "s3:GetObject", true),
            ("s3:GetObject?", "s3:GetObject", false),
            ("s3:*Object", "s3:GetObject", true),
            ("a?c", "a*c", false),
            ("a*c", "a?c", true),
            ("a**", "a", true),
            ("*", "*", true),
            ("", "", true),
            ("", "*", false),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}", true),
            ("arn:aws:s3:::b/?", "arn:aws:s3:::b/${aws:username}", false),
            ("${aws_s3_bucket.b.arn}/*", "${aws_s3_bucket.b.arn}/x", true),
            ("${aws_s3_bucket.b.arn}/*", "${aws_s3_bucket.c.arn}/x", false),
            ("${*}", "${aws:username}", false),
            ("ü*", "über", true),
        ];
        for (wide, narrow, expect) in cases {
            assert_eq!(covers(wide, narrow), expect, "{wide} and {narrow}");
        }
    }

    #[test]
    fn patterns_overlap_where_anything_matches_both() {
        let cases = [
            ("s3:Get*", "s3:*Object", true),
            ("s3:*", "ec2:*", false),
            ("s3:GetObject", "s3:PutObject", false),
            ("a?", "ab", true),
            ("a?", "a", false),
            ("*", "", true),
            ("${aws_s3_bucket.b.arn}/x", "arn:aws:s3:::b/x", true),
            ("${aws_s3_bucket.b.arn}/x", "arn:aws:s3:::b/y", false),
        ];
        for (a, b, expect) in cases {
            assert_eq!(overlap(a, b), expect, "{a} and {b}");
            assert_eq!(overlap(b, a), expect, "{b} and {a}");
        }
    }
}
