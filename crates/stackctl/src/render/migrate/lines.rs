//! Lines that end where the terminal does.
//!
//! In: sentences and parts of lines, with styles. Out: lines no longer than a width. They must not
//! know what is said.

use anstyle::Style;
use textwrap::core::display_width;

/// A narrower column is no use to anyone.
const NARROWEST: usize = 20;

/// A sentence behind a mark: its later lines begin where the first one's words do.
pub fn hanging(mark: &str, text: &str, indent: usize, style: Style, width: usize) -> String {
    let taken = display_width(mark);
    let mut out = String::new();
    for (index, line) in wrapped(text, indent + taken, width).iter().enumerate() {
        let mark = if index == 0 { mark.to_owned() } else { " ".repeat(taken) };
        out += &format!("{:indent$}{style}{mark}{style:#}{line}\n", "");
    }
    out
}

/// A sentence in one style.
pub fn paragraph(text: &str, indent: usize, style: Style, width: usize) -> String {
    wrapped(text, indent, width).iter().map(|it| format!("{:indent$}{style}{it}{style:#}\n", "")).collect()
}

/// A sentence whose first words, which end in a colon, are in a style.
pub fn headed(head: &str, text: &str, style: Style, width: usize) -> String {
    let plain = paragraph(&format!("{head} {text}"), 0, Style::new(), width);
    plain.strip_prefix(head).map_or_else(|| plain.clone(), |rest| format!("{style}{head}{style:#}{rest}"))
}

/// Parts beside each other, two spaces between them; what does not fit stands on the next line.
pub fn parts(parts: &[(Style, &str)], indent: usize, width: usize) -> String {
    let (mut out, mut used) = (String::new(), 0);
    for (style, text) in parts.iter().filter(|(_, text)| !text.is_empty()) {
        let fits = used > 0 && used + 2 + display_width(text) <= width;
        let indent = if out.is_empty() { indent } else { indent + 2 };
        let lines = if fits { vec![(*text).to_owned()] } else { wrapped(text, indent, width) };
        for (index, line) in lines.iter().enumerate() {
            let is_beside = fits && index == 0;
            let before = match (is_beside, out.is_empty()) {
                (true, _) => "  ".to_owned(),
                (false, true) => " ".repeat(indent),
                (false, false) => format!("\n{:indent$}", ""),
            };
            used = if is_beside { used + 2 } else { indent } + display_width(line);
            out += &format!("{before}{style}{line}{style:#}");
        }
    }
    out + "\n"
}

/// Words stay whole where they fit a line: a part of an address or a command is no use to anyone.
pub fn wrapped(text: &str, indent: usize, width: usize) -> Vec<String> {
    let width = width.saturating_sub(indent).max(NARROWEST);
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        let mut word = word;
        if !line.is_empty() {
            if display_width(&line) + 1 + display_width(word) <= width {
                line = format!("{line} {word}");
                continue;
            }
            lines.push(std::mem::take(&mut line));
        }
        while display_width(word) > width {
            let (piece, rest) = word.split_at(cut(word, width));
            lines.push(piece.to_owned());
            word = rest;
        }
        word.clone_into(&mut line);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Where a word that is longer than a line is cut: before the last part of an address or a path
/// that does not fit, else where the line ends.
fn cut(word: &str, width: usize) -> usize {
    let (mut end, mut used, mut boundary) = (0, 0, 0);
    for (at, it) in word.char_indices() {
        used += display_width(it.encode_utf8(&mut [0; 4]));
        if used > width {
            break;
        }
        if matches!(it, '.' | '[' | '/' | ':' | '_') {
            boundary = at;
        }
        end = at + it.len_utf8();
    }
    let first = word.chars().next().map_or(1, char::len_utf8);
    if boundary > end / 2 { boundary } else { end.max(first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, width: usize, expect: &[&str]) {
        assert_eq!(wrapped(text, 0, width), expect);
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        check("", 20, &[]);
        check("one two three four five six", 20, &["one two three four", "five six"]);
        check("see aws_vpc.main_network now", 20, &["see", "aws_vpc.main_network", "now"]);
    }

    #[test]
    fn long_addresses_are_cut_between_their_parts() {
        let address = "module.network.module.subnets[\"a\"].aws_subnet.private";
        check(address, 30, &["module.network.module.subnets", "[\"a\"].aws_subnet.private"]);
        check(&"x".repeat(45), 20, &["x".repeat(20).as_str(), "x".repeat(20).as_str(), "xxxxx"]);
        check(&"字".repeat(12), 20, &["字".repeat(10).as_str(), "字字"]);
    }

    #[test]
    fn parts_stand_beside_each_other_where_they_fit() {
        let check = |width, expect: &str| {
            let plain = Style::new();
            assert_eq!(parts(&[(plain, "aws_vpc.main"), (plain, ""), (plain, "aws-vpc/main.tf:3")], 2, width), expect);
        };
        check(40, "  aws_vpc.main  aws-vpc/main.tf:3\n");
        check(30, "  aws_vpc.main\n    aws-vpc/main.tf:3\n");
    }

    #[test]
    fn a_head_stands_out() {
        let text = headed("Verified:", "the plan is empty", Style::new().bold(), 80);
        assert_eq!(text, "\u{1b}[1mVerified:\u{1b}[0m the plan is empty\n");
    }
}
