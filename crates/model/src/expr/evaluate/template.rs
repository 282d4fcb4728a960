//! Text with `${…}`, `%{ if }` and `%{ for }` in it.

use hcl_edit::expr::Expression;
use hcl_edit::template::{Directive, Element, ForDirective, IfDirective, Template};

use super::{Context, Evaluated, fail};
use crate::diagnostic::Diagnostic;
use crate::expr::convert;
use crate::expr::veil::Veil;
use crate::tree::{Planned, Tree};

/// How far `~` reaches into the text beside it. Terraform strips line by line in templates of
/// several lines, and everything within quotes.
#[derive(Clone, Copy)]
enum Reach {
    Line,
    Text,
}

/// Text under construction.
struct Output {
    text: String,
    veil: Veil,
    problems: Vec<Diagnostic>,
    failed: bool,
}

impl Context<'_> {
    /// A manifest's text, a template file or a heredoc.
    pub(super) fn lines(self, template: &Template) -> Evaluated {
        self.template(template, Reach::Line)
    }

    /// A template between quotes within an expression.
    pub(super) fn quoted(self, template: &Template) -> Evaluated {
        self.template(template, Reach::Text)
    }

    fn template(self, template: &Template, reach: Reach) -> Evaluated {
        if let Some(Element::Interpolation(only)) = template.as_single_element() {
            return self.expression(&only.expr);
        }
        let mut output = Output { text: String::new(), veil: Veil::default(), problems: Vec::new(), failed: false };
        self.render(template, reach, (false, false), &mut output);
        if output.failed { Err(output.problems) } else { Ok(output.veil.cover(Tree::Text(output.text))) }
    }

    /// Appends a template; `strip` says whether its very ends lie beside a `~`.
    fn render(self, template: &Template, reach: Reach, strip: (bool, bool), output: &mut Output) {
        let elements: Vec<&Element> = template.iter().collect();
        for (index, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(text) => {
                    let before = index.checked_sub(1).map_or(strip.0, |it| strips(elements[it]).1);
                    let after = elements.get(index + 1).map_or(strip.1, |it| strips(it).0);
                    output.text.push_str(trimmed(text, reach, before, after));
                }
                Element::Interpolation(part) => {
                    let value = self.expression(&part.expr).and_then(|it| self.part(it, &part.expr, output));
                    output.note(value);
                }
                Element::Directive(directive) => match &**directive {
                    Directive::If(branch) => self.branch(branch, reach, output),
                    Directive::For(each) => self.each_part(each, reach, output),
                },
            }
        }
    }

    fn part(self, value: Planned, expr: &Expression, output: &mut Output) -> Result<String, Vec<Diagnostic>> {
        let mut veil = Veil::default();
        let value = veil.top(value);
        let opaque = veil.is_opaque();
        output.veil.join(veil);
        if opaque {
            return Ok(String::new());
        }
        convert::text(&value).or_else(|_| {
            let message = format!("{} cannot stand inside text", convert::noun(&value));
            let help = match value {
                Tree::Null => "`coalesce(…, \"\")` gives another value in its place".to_owned(),
                _ => "`join(\",\", …)` or `jsonencode(…)` makes it text".to_owned(),
            };
            fail(Diagnostic::error("not-text", self.span(expr), message).help(help))
        })
    }

    fn branch(self, branch: &IfDirective, reach: Reach, output: &mut Output) {
        let (opening, closing) = (&branch.if_expr, &branch.endif_expr);
        let condition = match self.condition(&opening.cond_expr, &mut output.veil) {
            Ok(Some(condition)) => condition,
            Ok(None) => return,
            Err(problems) => return output.note::<String>(Err(problems)),
        };
        let middle = branch.else_expr.as_ref();
        match (condition, middle) {
            (true, _) => {
                let end = middle.map_or(closing.strip, |it| it.strip).strip_start();
                self.render(&opening.template, reach, (opening.strip.strip_end(), end), output);
            }
            (false, Some(middle)) => {
                let ends = (middle.strip.strip_end(), closing.strip.strip_start());
                self.render(&middle.template, reach, ends, output);
            }
            (false, None) => {}
        }
    }

    fn each_part(self, each: &ForDirective, reach: Reach, output: &mut Output) {
        let (intro, closing) = (&each.for_expr, &each.endfor_expr);
        let entries = match self.entries(&intro.collection_expr, &mut output.veil) {
            Ok(entries) => entries,
            Err(problems) => return output.note::<String>(Err(problems)),
        };
        let ends = (intro.strip.strip_end(), closing.strip.strip_start());
        for (key, value) in entries.unwrap_or_default() {
            let mut names = vec![(intro.value_var.as_str(), value)];
            names.extend(intro.key_var.as_ref().map(|it| (it.as_str(), key)));
            let frame = self.round(names);
            self.within(&frame).render(&intro.template, reach, ends, output);
        }
    }
}

impl Output {
    fn note<T: AsRef<str>>(&mut self, part: Result<T, Vec<Diagnostic>>) {
        match part {
            Ok(text) => self.text.push_str(text.as_ref()),
            Err(problems) => {
                self.failed = true;
                self.problems.extend(problems);
            }
        }
    }
}

/// Whether an element strips the text before it and after it.
fn strips(element: &Element) -> (bool, bool) {
    match element {
        Element::Literal(_) => (false, false),
        Element::Interpolation(it) => (it.strip.strip_start(), it.strip.strip_end()),
        Element::Directive(directive) => match &**directive {
            Directive::If(it) => (it.if_expr.strip.strip_start(), it.endif_expr.strip.strip_end()),
            Directive::For(it) => (it.for_expr.strip.strip_start(), it.endfor_expr.strip.strip_end()),
        },
    }
}

fn trimmed(text: &str, reach: Reach, before: bool, after: bool) -> &str {
    let (mut start, mut end) = (0, text.len());
    if before {
        let limit = match reach {
            Reach::Line => text.find('\n').map_or(end, |it| it + 1),
            Reach::Text => end,
        };
        start = limit - text[..limit].trim_start().len();
    }
    if after {
        let last = text.strip_suffix('\n').unwrap_or(text);
        let limit = match reach {
            Reach::Line => last.rfind('\n').map_or(0, |it| it + 1),
            Reach::Text => 0,
        };
        end = limit + text[limit..].trim_end().len();
    }
    text.get(start..end).unwrap_or_default()
}
