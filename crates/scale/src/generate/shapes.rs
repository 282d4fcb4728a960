//! Manifests that are all of one kind: what is hard about them is said by their names.
//!
//! In: a size. Out: one file.

use super::file;

pub fn blocks(size: usize) -> (String, String) {
    file((0..size).map(|it| group(it, "")))
}

pub fn members(size: usize) -> (String, String) {
    let keys = keys(size);
    file([format!(
        "[resource.aws_cloudwatch_log_group.all]\nfor_each = \"{keys}\"\n\
         name = \"/all/${{each.key}}\"\ntags = {{ Name = \"number ${{each.value}}\" }}\n"
    )])
}

pub fn locals(size: usize) -> (String, String) {
    let locals = (0..size).map(|it| format!("value_{it} = \"number {it} of ${{var.project}}\"\n"));
    let head = std::iter::once("[locals]\n".to_owned());
    file(head.chain(locals).chain((0..size).map(|it| group(it, &format!("${{local.value_{it}}}")))))
}

pub fn local_chain(size: usize) -> (String, String) {
    let link = |it: usize| match it {
        0 => "link_0 = \"${aws_cloudwatch_log_group.g0.arn}\"\n".to_owned(),
        _ => format!("link_{it} = \"${{local.link_{}}}\"\n", it - 1),
    };
    let head = std::iter::once("[locals]\n".to_owned());
    let last = format!("${{local.link_{}}}", size.saturating_sub(1));
    file(head.chain((0..size).map(link)).chain([group(0, ""), group(1, &last)]))
}

pub fn chain(size: usize) -> (String, String) {
    let link = |it: usize| match it {
        0 => group(0, ""),
        _ => group(it, &format!("after ${{aws_cloudwatch_log_group.g{}.arn}}", it - 1)),
    };
    file((0..size).map(link))
}

pub fn depends_on(size: usize) -> (String, String) {
    let link = |it: usize| match it {
        0 => group(0, ""),
        _ => format!("{}depends_on = [\"aws_cloudwatch_log_group.g{}\"]\n", group(it, ""), it - 1),
    };
    file((0..size).map(link))
}

pub fn fan_in(size: usize) -> (String, String) {
    let hub = std::iter::once(group(0, ""));
    file(hub.chain((1..size).map(|it| group(it, "${aws_cloudwatch_log_group.g0.arn}"))))
}

pub fn fan_out(size: usize) -> (String, String) {
    let named = (1..size).map(|it| format!("\"${{aws_cloudwatch_log_group.g{it}.arn}}\",\n"));
    let named: String = named.collect();
    let policy = format!(
        "[resource.aws_iam_role_policy.all]\nname = \"all\"\nrole = \"all\"\npolicy = {{ Version = \"2012-10-17\", \
         Statement = [{{ Effect = \"Allow\", Action = \"logs:*\", Resource = [\n{named}] }}] }}\n\n"
    );
    file(std::iter::once(policy).chain((1..size).map(|it| group(it, ""))))
}

pub fn pairs(size: usize) -> (String, String) {
    let keys = keys(size / 2);
    file([format!(
        "[resource.aws_cloudwatch_log_group.first]\nfor_each = \"{keys}\"\n\
         name = \"/first/${{each.key}}\"\n\n\
         [resource.aws_cloudwatch_log_group.second]\nfor_each = \"${{aws_cloudwatch_log_group.first}}\"\n\
         name = \"/second/${{each.key}}\"\ntags = {{ Of = \"${{each.value.arn}}\", \
         Also = \"${{aws_cloudwatch_log_group.first[each.key].id}}\" }}\n\n\
         [resource.aws_iam_role_policy.all]\nname = \"all\"\nrole = \"all\"\npolicy = {{ Version = \"2012-10-17\", \
         Statement = [{{ Effect = \"Allow\", Action = \"logs:*\", \
         Resource = \"${{[for it in aws_cloudwatch_log_group.second : it.arn]}}\" }}] }}\n"
    )])
}

pub fn list(size: usize) -> (String, String) {
    let items: String = (0..size).map(|it| format!("\"item-{it}\",\n")).collect();
    let head = std::iter::once(format!("[locals]\nitems = [\n{items}]\n\n"));
    file(head.chain((0..size).map(|it| group(it, &format!("${{local.items[{it}]}}")))))
}

pub fn template(size: usize) -> (String, String) {
    let text: String = (0..size).map(|it| format!("${{aws_cloudwatch_log_group.g{it}.arn}} ")).collect();
    let all = format!("[outputs.all]\nvalue = \"{text}\"\n");
    file((0..size).map(|it| group(it, "")).chain([all]))
}

/// A log group with a tag.
fn group(number: usize, about: &str) -> String {
    format!(
        "[resource.aws_cloudwatch_log_group.g{number}]\nname = \"/group/{number}\"\nretention_in_days = 7\n\
         tags.About = \"{about}\"\n"
    )
}

/// As many keys for a `for_each`; `range` makes no more than 1024 at once.
fn keys(count: usize) -> String {
    let hundreds = count.div_ceil(100).min(1000);
    let tens = count / hundreds.max(1);
    format!(
        "${{toset(flatten([for a in range({hundreds}) : [for b in range({tens}) : format(\\\"%d-%d\\\", a, b)]]))}}"
    )
}
