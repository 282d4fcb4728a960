//! The sections of a manifest as typed declarations.
//!
//! In: an [`Assembly`]. Out: a [`Manifest`] and what is wrong with its settings. Arguments of
//! resources stay as they are: the schema judges them.

use indexmap::IndexMap;

use super::assemble::{Assembly, invalid_name, is_identifier};
use super::fields::Fields;
use super::{Import, Manifest, Moved, Node, Output, Removed, Table, Text, Variable};
use crate::address::{Address, Mode};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// The longest name of a stack: it is part of file names and tags.
const STACK_NAME_LENGTH: usize = 64;

/// Types what the files declare.
pub(super) fn declare(assembly: Assembly, diagnostics: &mut Vec<Diagnostic>) -> Manifest {
    let name = name(&assembly, diagnostics);
    let mut blocks: Vec<_> = assembly.blocks.into_values().collect();
    blocks.sort_by_key(|it| it.span);
    Manifest {
        name,
        environment: assembly.environment,
        provider: assembly.provider.and_then(|it| provider(it, diagnostics)),
        state: assembly.state.and_then(|it| state(it, diagnostics)),
        layers: assembly.layers,
        variables: each(assembly.variables, diagnostics, variable),
        values: assembly.values,
        locals: locals(assembly.locals, diagnostics),
        tags: assembly.tags,
        layer_tags: assembly.layer_tags,
        outputs: each(assembly.outputs, diagnostics, output),
        blocks,
        moved: assembly.moved.into_iter().filter_map(|it| moved(it, diagnostics)).collect(),
        imports: assembly.imports.into_iter().filter_map(|it| import(it, diagnostics)).collect(),
        removed: assembly.removed.into_iter().filter_map(|it| removed(it, diagnostics)).collect(),
        unparsed: assembly.unparsed,
    }
}

fn name(assembly: &Assembly, diagnostics: &mut Vec<Diagnostic>) -> Option<(String, Span)> {
    let file = assembly.settings?;
    let Some(stack) = assembly.stack.clone() else {
        let top = Span { file, start: 0, end: 0 };
        diagnostics.push(
            Diagnostic::error("missing-argument", top, "the stack has no name")
                .help("begin with `[stack]` and `name = \"…\"`"),
        );
        return None;
    };
    let mut fields = Fields::new("`[stack]`", stack, diagnostics)?;
    let name = fields.required_text("name");
    if let Some((text, span)) = &name {
        check_stack_name(text, *span, fields.diagnostics());
    }
    fields.finish();
    name.map(|(text, span)| (text.decoded, span))
}

fn check_stack_name(text: &Text, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    let name = &text.decoded;
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    let sound = name.starts_with(|it: char| it.is_ascii_alphanumeric())
        && name.chars().all(plain)
        && name.len() <= STACK_NAME_LENGTH;
    if sound {
        return;
    }
    let message = if name.contains("${") {
        "the name of a stack cannot be an expression".to_owned()
    } else {
        format!("`{name}` cannot be the name of a stack")
    };
    diagnostics.push(Diagnostic::error("invalid-name", span, message).help(format!(
        "a stack's name is letters, digits, `-` and `_`, at most {STACK_NAME_LENGTH}, and starts with a letter or digit"
    )));
}

/// Looks whether `[provider.aws]` is well formed and returns it as it is.
fn provider(node: Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let mut providers = Fields::new("`[provider]`", node, diagnostics)?;
    let aws = providers.node("aws");
    providers.finish();
    let aws = aws?;
    let mut fields = Fields::new("`[provider.aws]`", aws.clone(), diagnostics)?;
    fields.text("region");
    fields.text("profile");
    fields.check_texts("allowed_account_ids");
    let (role, tags) = (fields.node("assume_role"), fields.node("ignore_tags"));
    fields.finish();
    if let Some(mut fields) = role.and_then(|it| Fields::new("`assume_role`", it, diagnostics)) {
        fields.required_text("role_arn");
        fields.text("external_id");
        fields.text("session_name");
        fields.finish();
    }
    if let Some(mut fields) = tags.and_then(|it| Fields::new("`ignore_tags`", it, diagnostics)) {
        fields.check_texts("keys");
        fields.check_texts("key_prefixes");
        fields.finish();
    }
    Some(aws)
}

/// Looks whether `[state]` is well formed and returns it as it is.
fn state(node: Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let mut fields = Fields::new("`[state]`", node.clone(), diagnostics)?;
    fields.required_text("bucket");
    fields.text("lock_table");
    fields.text("region");
    fields.check_number("lease_seconds");
    fields.finish();
    Some(node)
}

/// Types each member of a section; what has no sound name is left out.
fn each<T>(
    table: Table,
    diagnostics: &mut Vec<Diagnostic>,
    declare: impl Fn(&str, Span, Node, &mut Vec<Diagnostic>) -> Option<T>,
) -> IndexMap<String, T> {
    let mut declared = IndexMap::new();
    for (name, (span, node)) in table {
        if !is_identifier(&name) {
            diagnostics.push(invalid_name(&name, span));
        } else if let Some(it) = declare(&name, span, node, diagnostics) {
            declared.insert(name, it);
        }
    }
    declared
}

fn variable(name: &str, span: Span, node: Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Variable> {
    let mut fields = Fields::new(format!("`[variables.{name}]`"), node, diagnostics)?;
    let allowed = fields.node("allowed");
    if let Some(Node { value, span }) = allowed.as_ref().filter(|it| !matches!(it.value, super::Value::List(_))) {
        let wrong = super::fields::wrong_type("`allowed`", *span, "a list", value);
        fields.diagnostics().push(wrong);
    }
    let variable = Variable {
        span,
        ty: fields.text("type").map(|(text, span)| (text.decoded, span)),
        default: fields.node("default"),
        allowed: allowed.filter(|it| matches!(it.value, super::Value::List(_))),
        pattern: fields.text("pattern").map(|(text, span)| (text.decoded, span)),
        description: fields.text("description").map(|(text, _)| text.decoded),
        sensitive: fields.flag("sensitive"),
    };
    fields.finish();
    Some(variable)
}

fn output(name: &str, span: Span, node: Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Output> {
    let mut fields = Fields::new(format!("`[outputs.{name}]`"), node, diagnostics)?;
    let value = fields.required("value");
    let sensitive = fields.flag("sensitive");
    let description = fields.text("description").map(|(text, _)| text.decoded);
    fields.finish();
    Some(Output { span, value: value?, sensitive, description })
}

fn locals(mut table: Table, diagnostics: &mut Vec<Diagnostic>) -> Table {
    table.retain(|name, (span, _)| {
        let sound = is_identifier(name);
        if !sound {
            diagnostics.push(invalid_name(name, *span));
        }
        sound
    });
    table
}

fn moved(node: Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Moved> {
    let span = node.span;
    let mut fields = Fields::new("`[[moved]]`", node, diagnostics)?;
    let (from, to) = (address(&mut fields, "from"), address(&mut fields, "to"));
    fields.finish();
    Some(Moved { span, from: from?, to: to? })
}

fn import(node: Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Import> {
    let span = node.span;
    let mut fields = Fields::new("`[[import]]`", node, diagnostics)?;
    let (to, id) = (address(&mut fields, "to"), fields.required("id"));
    fields.finish();
    Some(Import { span, to: to?, id: id? })
}

fn removed(node: Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Removed> {
    let span = node.span;
    let mut fields = Fields::new("`[[removed]]`", node, diagnostics)?;
    let from = address(&mut fields, "from");
    fields.finish();
    Some(Removed { span, from: from? })
}

/// Takes the address of a resource.
fn address(fields: &mut Fields<'_>, field: &'static str) -> Option<Address> {
    let (text, span) = fields.required_text(field)?;
    let text = text.decoded;
    match text.parse::<Address>() {
        Ok(address) if address.mode == Mode::Data => {
            let message = format!("`{text}` is only looked up: nothing is kept about it");
            fields.diagnostics().push(Diagnostic::error("invalid-address", span, message));
            None
        }
        Ok(address) => Some(address),
        Err(error) => {
            let diagnostic = Diagnostic::error("invalid-address", span, error.to_string());
            let shorter = text.strip_prefix("resource.").or_else(|| text.strip_prefix("${")?.strip_suffix('}'));
            let shorter = shorter.filter(|it| it.parse::<Address>().is_ok());
            fields.diagnostics().push(match shorter {
                Some(shorter) => diagnostic.help(format!("write `{shorter}`")).fix(span, shorter),
                None => diagnostic,
            });
            None
        }
    }
}
