//! Files in Terraform's own syntax.
//!
//! In: the text of a `.tf` or `.tfvars` file. Out: its bodies with comments and places. It must
//! not know what any block means, nor that there are other files.

use hcl_edit::Span;
use hcl_edit::parser::{self, Error};
use hcl_edit::structure::{self, BlockLabel};

use super::configuration::{Attribute, Block, Body, Comments, Place, Structure};
use super::problem::Problem;
use super::{comments, layout};

/// A file: the comments at its head, apart from its first block by an empty line, and the rest.
pub(super) struct File {
    pub(super) head: Vec<String>,
    pub(super) body: Body,
}

/// Reads a file.
pub(super) fn file(path: &str, text: &str) -> Result<File, Problem> {
    let text = &*layout::without_empty_heredocs(text);
    let parsed = parser::parse_body(text)
        .or_else(|error| parser::parse_body(&layout::joined(text)).map_err(|_| problem(path, text, &error)))?;
    let source = Source { path, lines: text.match_indices('\n').map(|(at, _)| at).collect() };
    let first = parsed.get(0).map(|it| comments::head(comments::around(it).0));
    let mut body = source.body(parsed, 1);
    let head = match (first, body.structures.first_mut()) {
        (Some((head, above)), Some(first)) => {
            first.comments_mut().above = above;
            head
        }
        _ => std::mem::take(&mut body.trailing),
    };
    Ok(File { head, body })
}

impl Structure {
    fn comments_mut(&mut self) -> &mut Comments {
        match self {
            Self::Attribute(attribute) => &mut attribute.comments,
            Self::Block(block) => &mut block.comments,
        }
    }
}

/// A text's path, and where its lines end.
struct Source<'a> {
    path: &'a str,
    lines: Vec<usize>,
}

impl Source<'_> {
    /// Where a thing starts; where it stands in when the parser did not keep it.
    fn place(&self, thing: &impl Span, outer: usize) -> Place {
        let line = thing.span().map_or(outer, |span| self.lines.partition_point(|end| *end < span.start) + 1);
        Place { file: self.path.to_owned(), line }
    }

    fn body(&self, body: structure::Body, line: usize) -> Body {
        let trailing = comments::above(comments::around(&body).1);
        let structures = body.into_iter().map(|it| match it {
            structure::Structure::Attribute(attribute) => Structure::Attribute(self.attribute(attribute, line)),
            structure::Structure::Block(block) => Structure::Block(self.block(block, line)),
        });
        Body { structures: structures.collect(), trailing }
    }

    fn attribute(&self, attribute: structure::Attribute, line: usize) -> Attribute {
        let (before, after) = comments::around(&attribute);
        let (before_value, after_value) = comments::around(&attribute.value);
        let beside = [comments::around(&attribute.key).1, before_value, after_value, after];
        Attribute {
            name: attribute.key.to_string(),
            comments: Comments { above: comments::above(before), beside: comments::beside(beside) },
            place: self.place(&attribute.key, line),
            expression: attribute.value,
        }
    }

    fn block(&self, block: structure::Block, line: usize) -> Block {
        let (before, after) = comments::around(&block);
        let labels = block.labels.iter().map(|it| match it {
            BlockLabel::Ident(label) => comments::around(label).1,
            BlockLabel::String(label) => comments::around(label).1,
        });
        let opening = [comments::around(&block.ident).1].into_iter().chain(labels);
        let beside = opening.chain([comments::around(&block.body).0, after]);
        let comments = Comments { above: comments::above(before), beside: comments::beside(beside) };
        let place = self.place(&block, line);
        Block {
            name: block.ident.to_string(),
            labels: block.labels.iter().map(|it| it.as_str().to_owned()).collect(),
            body: self.body(block.body, place.line),
            comments,
            place,
        }
    }
}

fn problem(path: &str, text: &str, error: &Error) -> Problem {
    let place = Place { file: path.to_owned(), line: error.location().line() };
    let (message, help) = sentence(text, error);
    Problem::at(place, message).help(help).excerpt(error.line())
}

/// The parser's message in our words, and what to do.
fn sentence(text: &str, error: &Error) -> (String, String) {
    let message = error.message();
    let rest = text.get(error.location().offset()..).unwrap_or_default().trim_start();
    let (message, help) = if message.contains("redefined attribute") {
        ("this argument is set twice", "remove one of them")
    } else if message.contains("redefined object key") {
        ("this key is set twice", "remove one of them")
    } else if message.contains("heredoc end delimiter") {
        ("the text after `<<` is never closed", "end it with its word alone on a line")
    } else if rest.len() <= 1 && message.contains('}') {
        ("a block or an object is never closed", "a `}` is missing, often far above the end of the file")
    } else if message.contains("invalid escape sequence") {
        ("this escape sequence does not exist", "`\\\\` is a backslash")
    } else {
        ("", "`terraform validate` in its folder says what Terraform makes of it")
    };
    match message {
        "" => (
            format!("this is not Terraform's syntax: {}", error.message().replace("; expected", ": expected")),
            help.to_owned(),
        ),
        _ => (message.to_owned(), help.to_owned()),
    }
}
