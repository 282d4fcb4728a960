//! Optional members of a module's variables.
//!
//! In: the type that a variable declares, and the argument it is given. Out: the argument with the
//! defaults that Terraform fills in. It must not know what reads it.
//! <https://developer.hashicorp.com/terraform/language/expressions/type-constraints#optional-object-type-attributes>

use hcl_edit::expr::{Expression, FuncCall, Object};

use super::syntax::{self, opened, static_key};

/// The value with the optional members that it lacks, as far as it stands there in full.
#[must_use]
pub fn filled(ty: Option<&Expression>, value: &Expression) -> Expression {
    let Some(Expression::FuncCall(ty)) = ty.map(opened) else { return value.clone() };
    let Some(inner) = ty.args.get(0).map(opened) else { return value.clone() };
    match (ty.name.name.as_str(), inner, value) {
        ("object", Expression::Object(declared), Expression::Object(given)) => object(declared, given),
        ("map", inner, Expression::Object(given)) => {
            let mut members = given.clone();
            for (_, value) in members.iter_mut() {
                let filled = filled(Some(inner), value.expr());
                *value.expr_mut() = filled;
            }
            Expression::from(members)
        }
        ("list" | "set", inner, Expression::Array(given)) => {
            let mut items = given.clone();
            for item in items.iter_mut() {
                *item = filled(Some(inner), item);
            }
            Expression::from(items)
        }
        ("optional", inner, value) => filled(Some(inner), value),
        _ => value.clone(),
    }
}

fn object(declared: &Object, given: &Object) -> Expression {
    let mut members = given.clone();
    for (key, ty) in declared.iter() {
        let Some(name) = static_key(key) else { continue };
        let mut is_given = false;
        for (_, value) in members.iter_mut().filter(|(it, _)| static_key(it).as_ref() == Some(&name)) {
            is_given = true;
            *value.expr_mut() = match optional(ty.expr()) {
                Some(call) if value.expr().is_null() => default(call),
                _ => filled(Some(ty.expr()), value.expr()),
            };
        }
        if let Some(call) = optional(ty.expr()).filter(|_| !is_given) {
            members.insert(syntax::key_of(&name), default(call));
        }
    }
    Expression::from(members)
}

fn optional(ty: &Expression) -> Option<&FuncCall> {
    match opened(ty) {
        Expression::FuncCall(call) if call.name.name.as_str() == "optional" => Some(call),
        _ => None,
    }
}

/// What `optional(type, default)` stands for where nothing is given.
fn default(call: &FuncCall) -> Expression {
    call.args.get(1).map_or_else(Expression::null, |it| filled(call.args.get(0), &syntax::bare(it.clone())))
}

#[cfg(test)]
mod tests {
    use super::filled;
    use crate::translate::print;

    fn check(ty: &str, value: &str, expected: &str) {
        let parse = |it: &str| it.parse().expect("an expression");
        assert_eq!(print::expression(&filled(Some(&parse(ty)), &parse(value))), expected);
    }

    #[test]
    fn what_is_not_given_has_its_default() {
        check("object({ a = string, b = optional(number, 1) })", "{ a = \"x\" }", "{ a = \"x\", b = 1 }");
        check("object({ b = optional(number, 1) })", "{ b = null }", "{ b = 1 }");
        check("object({ b = optional(number) })", "{ b = 2 }", "{ b = 2 }");
        check("map(object({ b = optional(list(string)) }))", "{ x = {} }", "{ x = { b = null } }");
        check(
            "list(object({ b = optional(object({ c = optional(bool, true) }), {}) }))",
            "[{}]",
            "[{ b = { c = true } }]",
        );
        check("map(string)", "var.x", "var.x");
    }
}
