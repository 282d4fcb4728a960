//! Expressions as one line of text, spaced one way.
//!
//! In: a syntax tree. Out: its text. It must not know what names mean.

use hcl_edit::expr::{Expression, ForExpr, FuncCall, Object, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::template::{Directive, Element, Strip, Template};

/// The text of an expression.
#[must_use]
pub fn expression(expression: &Expression) -> String {
    match expression {
        Expression::Null(_) => "null".to_owned(),
        Expression::Bool(value) => value.value().to_string(),
        Expression::Number(value) => value.value().to_string(),
        Expression::String(text) => quoted(text.value()),
        Expression::Array(items) => format!("[{}]", list(items.iter())),
        Expression::Object(members) => object(members),
        Expression::StringTemplate(template) => format!("\"{}\"", elements(template, &escaped)),
        Expression::HeredocTemplate(heredoc) => format!("\"{}\"", elements(&heredoc.template, &escaped)),
        Expression::Parenthesis(inner) => format!("({})", self::expression(inner.inner())),
        Expression::Variable(name) => name.value().to_string(),
        Expression::Conditional(it) => format!(
            "{} ? {} : {}",
            self::expression(&it.cond_expr),
            self::expression(&it.true_expr),
            self::expression(&it.false_expr)
        ),
        Expression::FuncCall(it) => call(it),
        Expression::Traversal(it) => traversal(it),
        Expression::UnaryOp(it) => format!("{}{}", it.operator.value().as_str(), self::expression(&it.expr)),
        Expression::BinaryOp(it) => format!(
            "{} {} {}",
            self::expression(&it.lhs_expr),
            it.operator.value().as_str(),
            self::expression(&it.rhs_expr)
        ),
        Expression::ForExpr(it) => comprehension(it),
    }
}

/// The text of a template as a manifest's string holds it, without quotes.
#[must_use]
pub fn template(template: &Template) -> String {
    elements(template, &markers)
}

/// Text in which nothing is an expression.
#[must_use]
pub fn markers(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in markers(text).chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn list<'a>(items: impl Iterator<Item = &'a Expression>) -> String {
    items.map(expression).collect::<Vec<_>>().join(", ")
}

fn object(members: &Object) -> String {
    if members.is_empty() {
        return "{}".to_owned();
    }
    let member = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
        let key = match key {
            ObjectKey::Ident(name) => name.value().to_string(),
            ObjectKey::Expression(key) => expression(key),
        };
        format!("{key} = {}", expression(value.expr()))
    };
    format!("{{ {} }}", members.iter().map(member).collect::<Vec<_>>().join(", "))
}

fn call(call: &FuncCall) -> String {
    let namespace = call.name.namespace.iter().map(|it| format!("{}::", it.value()));
    let rest = if call.args.expand_final() { "..." } else { "" };
    format!("{}{}({}{rest})", namespace.collect::<String>(), call.name.name.value(), list(call.args.iter()))
}

fn traversal(traversal: &Traversal) -> String {
    let mut text = expression(&traversal.expr);
    for operator in &traversal.operators {
        match operator.value() {
            TraversalOperator::AttrSplat(_) => text.push_str(".*"),
            TraversalOperator::FullSplat(_) => text.push_str("[*]"),
            TraversalOperator::GetAttr(name) => text.push_str(&format!(".{}", name.value())),
            TraversalOperator::Index(index) => text.push_str(&format!("[{}]", expression(index))),
            TraversalOperator::LegacyIndex(index) => text.push_str(&format!("[{}]", index.value())),
        }
    }
    text
}

fn comprehension(it: &ForExpr) -> String {
    let names = match &it.intro.key_var {
        Some(key) => format!("{}, {}", key.value(), it.intro.value_var.value()),
        None => it.intro.value_var.value().to_string(),
    };
    let collection = expression(&it.intro.collection_expr);
    let condition = it.cond.as_ref().map_or_else(String::new, |it| format!(" if {}", expression(&it.expr)));
    let value = expression(&it.value_expr);
    match &it.key_expr {
        Some(key) => {
            let grouping = if it.grouping { "..." } else { "" };
            format!("{{ for {names} in {collection} : {} => {value}{grouping}{condition} }}", expression(key))
        }
        None => format!("[for {names} in {collection} : {value}{condition}]"),
    }
}

fn elements(template: &Template, literal: &dyn Fn(&str) -> String) -> String {
    template.iter().map(|it| element(it, literal)).collect()
}

fn element(element: &Element, literal: &dyn Fn(&str) -> String) -> String {
    match element {
        Element::Literal(text) => literal(text.value()),
        Element::Interpolation(it) => marked('$', it.strip, &expression(&it.expr)),
        Element::Directive(directive) => self::directive(directive, literal),
    }
}

fn directive(directive: &Directive, literal: &dyn Fn(&str) -> String) -> String {
    match directive {
        Directive::If(it) => {
            let head = &it.if_expr;
            let mut text = marked('%', head.strip, &format!(" if {} ", expression(&head.cond_expr)));
            text.push_str(&elements(&head.template, literal));
            if let Some(other) = &it.else_expr {
                text.push_str(&marked('%', other.strip, " else "));
                text.push_str(&elements(&other.template, literal));
            }
            text + &marked('%', it.endif_expr.strip, " endif ")
        }
        Directive::For(it) => {
            let head = &it.for_expr;
            let names = match &head.key_var {
                Some(key) => format!("{}, {}", key.value(), head.value_var.value()),
                None => head.value_var.value().to_string(),
            };
            let intro = format!(" for {names} in {} ", expression(&head.collection_expr));
            let body = elements(&head.template, literal);
            marked('%', head.strip, &intro) + &body + &marked('%', it.endfor_expr.strip, " endfor ")
        }
    }
}

fn marked(mark: char, strip: Strip, inner: &str) -> String {
    let (start, end) = match strip {
        Strip::None => ("", ""),
        Strip::Start => ("~", ""),
        Strip::End => ("", "~"),
        Strip::Both => ("~", "~"),
    };
    format!("{mark}{{{start}{inner}{end}}}")
}

#[cfg(test)]
mod tests {
    use super::expression;

    fn check(text: &str, expected: &str) {
        let parsed = text.parse().expect("an expression");
        assert_eq!(expression(&parsed), expected);
    }

    #[test]
    fn expressions_are_spaced_one_way() {
        check("{a=1,\n  \"b c\" = [1,\n2]}", "{ a = 1, \"b c\" = [1, 2] }");
        check("merge( local.tags ,{Name=\"x\"} )", "merge(local.tags, { Name = \"x\" })");
        check("a.b[0].*.c[ \"k\" ]", "a.b[0].*.c[\"k\"]");
        check("x==1&&!y?\"a\":(b)", "x == 1 && !y ? \"a\" : (b)");
        check("[for  k,v in m:k if v>-1]", "[for k, v in m : k if v > -1]");
        check("{for v in m:v=>v...}", "{ for v in m : v => v... }");
        check("f(x,y...)", "f(x, y...)");
        check("\"a\\\"b$${c}${d}\\n\"", "\"a\\\"b$${c}${d}\\n\"");
        check("\"%{if x~}y%{else}z%{endif}\"", "\"%{ if x ~}y%{ else }z%{ endif }\"");
    }
}
