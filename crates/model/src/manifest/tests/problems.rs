//! What is said about manifests that are wrong.

use super::*;

/// Says what is wrong with a manifest that is otherwise sound.
fn check(text: &str, expect: &str) {
    check_files(&[("stack.toml", &format!("[stack]\nname = \"s\"\n{text}"))], expect);
}

fn check_files(files: &[(&str, &str)], expect: &str) {
    let sources = sources(files);
    let (_, diagnostics) = parse(&sources, None);
    assert_eq!(summary(&sources, diagnostics), expect);
}

const STACK: (&str, &str) = ("stack.toml", "[stack]\nname = 's'\n");

#[test]
fn syntax_errors_of_all_files_at_once() {
    check_files(
        &[("stack.toml", "[stack\nname = \n"), ("a.toml", "x = \"abc\ny = [1, \n")],
        "stack:1:7 '' syntax: unclosed table, expected `]`\n\
         a:1:9 '' syntax: invalid basic string, expected `\"`\n\
         a:2:8 '' syntax: unclosed array, expected `]`",
    );
}

#[test]
fn keys_and_tables_set_twice() {
    check(
        "[locals]\na = 1\nb.c = 2\n'a' = 3\n[locals]\n",
        "stack:6:1 ''a'' duplicate-key: `locals.a` is set twice | stack:4:1 'a' first set here\n\
         stack:7:2 'locals' duplicate-key: `locals` is set twice | stack:3:1 '[locals]' first set here",
    );
    check(
        "[resource.aws_vpc.main]\n[resource.aws_vpc.main]",
        "stack:4:19 'main' duplicate-address: `aws_vpc.main` is declared twice | stack:3:1 '[resource.aws_vpc.main]' first declared here",
    );
    check(
        "[[resource.a.b.rule]]\nx = 1\n[[resource.a.b.rule]]\nx = 1\nx = 2",
        "stack:7:1 'x' duplicate-key: `resource.a.b.rule.x` is set twice | stack:6:1 'x' first set here",
    );
    check("[locals]\na = {b = 1, b = 2}", "stack:4:13 'b' duplicate-key: this key is already set");
}

#[test]
fn unknown_tables() {
    check(
        "[variable.x]",
        "stack:3:2 'variable' unknown-table: a manifest has no `variable` ? did you mean `variables`? > stack:3:2 'variable' variables",
    );
    check(
        "[aws_vpc.main]",
        "stack:3:2 'aws_vpc' unknown-table: a manifest has no `aws_vpc` ? did you mean `[resource.aws_vpc.NAME]`?",
    );
    check(
        "[quux]",
        "stack:3:2 'quux' unknown-table: a manifest has no `quux` ? expected `stack`, `provider`, `state`, `variables`, `locals`, `tags`, `outputs`, `resource`, `data`, `moved`, `import`, `removed`, `values`",
    );
    check_files(
        &[("stack.toml", "for_each = []\n[stack]\nname = 's'\n")],
        "stack:1:1 'for_each' unknown-table: `for_each` stands outside of any resource ? it is an argument of a resource: move it below a `[resource.TYPE.NAME]`",
    );
}

#[test]
fn tables_in_the_wrong_place() {
    check(
        "[values]\nx = 1",
        "stack:3:2 'values' misplaced-table: `[values]` belongs in `environments/NAME.toml` ? here a variable gets its value from `default` in `[variables.NAME]`",
    );
    check_files(
        &[STACK, ("a.toml", "[stack]\nname = 'x'\n[provider.aws]\n[state]\n")],
        "a:1:2 'stack' misplaced-table: `[stack]` belongs in `stack.toml` ? a layer holds everything but `[stack]`, `[provider]` and `[state]`\n\
         a:3:2 'provider' misplaced-table: `[provider]` belongs in `stack.toml` ? a layer holds everything but `[stack]`, `[provider]` and `[state]`\n\
         a:4:2 'state' misplaced-table: `[state]` belongs in `stack.toml` ? a layer holds everything but `[stack]`, `[provider]` and `[state]`",
    );
}

#[test]
fn the_name_of_the_stack() {
    check_files(
        &[("stack.toml", "")],
        "stack:1:1 '' missing-argument: the stack has no name ? begin with `[stack]` and `name = \"…\"`",
    );
    check_files(&[("stack.toml", "[stack]\n")], "stack:1:1 '[stack]' missing-argument: `[stack]` lacks `name`");
    check_files(
        &[("stack.toml", "[stack]\nname = 1")],
        "stack:2:8 '1' wrong-type: `name` must be a string, not a whole number",
    );
    check_files(
        &[("stack.toml", "[stack]\nname = 'my stack'")],
        "stack:2:9 'my stack' invalid-name: `my stack` cannot be the name of a stack ? a stack's name is letters, digits, `-` and `_`, at most 64, and starts with a letter or digit",
    );
    check_files(
        &[("stack.toml", "[stack]\nname = '${var.x}'\nnmae = 1")],
        "stack:2:9 '${var.x}' invalid-name: the name of a stack cannot be an expression ? a stack's name is letters, digits, `-` and `_`, at most 64, and starts with a letter or digit\n\
         stack:3:1 'nmae' unknown-argument: `[stack]` has no `nmae` ? did you mean `name`? > stack:3:1 'nmae' name",
    );
    check_files(
        &[("stack.toml", "stack = 'x'")],
        "stack:1:9 ''x'' wrong-type: `[stack]` must be a table, not a string",
    );
    check_files(&[("a.toml", "")], "- no-manifest: there is no `stack.toml` here ? `stackctl new NAME` writes one");
}

#[test]
fn settings_of_the_wrong_type() {
    check(
        "[provider.aws]\nregion = 1\nallowed_account_ids = [1, '2']\nprofil = 'x'",
        "stack:4:10 '1' wrong-type: `region` must be a string, not a whole number\n\
         stack:5:24 '1' wrong-type: a member of `allowed_account_ids` must be a string, not a whole number\n\
         stack:6:1 'profil' unknown-argument: `[provider.aws]` has no `profil` ? did you mean `profile`? > stack:6:1 'profil' profile",
    );
    check(
        "[provider.aws.assume_role]\nexternal_id = true\n[provider.aws.ignore_tags]\nkeys = 'x'\n[provider.gcp]",
        "stack:3:1 '[provider.aws.assume_role]' missing-argument: `assume_role` lacks `role_arn`\n\
         stack:4:15 'true' wrong-type: `external_id` must be a string, not a boolean\n\
         stack:6:8 ''x'' wrong-type: `keys` must be a list, not a string\n\
         stack:7:11 'gcp' unknown-argument: `[provider]` has no `gcp` ? expected `aws`",
    );
    check(
        "[state]\nlock_table = 1\nbukket = 'x'",
        "stack:3:1 '[state]' missing-argument: `[state]` lacks `bucket`\n\
         stack:4:14 '1' wrong-type: `lock_table` must be a string, not a whole number\n\
         stack:5:1 'bukket' unknown-argument: `[state]` has no `bukket` ? did you mean `bucket`? > stack:5:1 'bukket' bucket",
    );
    check(
        "[variables.x]\ntype = 1\nallowed = 'x'\nsensitive = 'yes'\ndefualt = 1",
        "stack:4:8 '1' wrong-type: `type` must be a string, not a whole number\n\
         stack:5:11 ''x'' wrong-type: `allowed` must be a list, not a string\n\
         stack:6:13 ''yes'' wrong-type: `sensitive` must be a boolean, not a string\n\
         stack:7:1 'defualt' unknown-argument: `[variables.x]` has no `defualt` ? did you mean `default`? > stack:7:1 'defualt' default",
    );
    check(
        "[variables]\nx = 'string'\n\"a b\" = {}",
        "stack:4:5 ''string'' wrong-type: `[variables.x]` must be a table, not a string\n\
         stack:5:1 '\"a b\"' invalid-name: `a b` is not a name ? a name is letters, digits, `_` and `-`, and starts with a letter or `_`",
    );
    check(
        "[outputs.x]\ndescription = 1\n[outputs]",
        "stack:3:1 '[outputs.x]' missing-argument: `[outputs.x]` lacks `value`\n\
         stack:4:15 '1' wrong-type: `description` must be a string, not a whole number",
    );
    check(
        "[locals]\n\"a.b\" = 1",
        "stack:4:1 '\"a.b\"' invalid-name: `a.b` is not a name ? a name is letters, digits, `_` and `-`, and starts with a letter or `_`",
    );
    check_files(
        &[("stack.toml", "tags = []\nlocals = 1\nprovider.aws = 1\n[stack]\nname = 's'\n")],
        "stack:1:1 'tags' wrong-type: `tags` must be a table, not a list\n\
         stack:2:1 'locals' wrong-type: `locals` must be a table, not a whole number\n\
         stack:3:16 '1' wrong-type: `[provider.aws]` must be a table, not a whole number",
    );
}

#[test]
fn numbers_that_nobody_can_hold() {
    check(
        "[locals]\na = inf\nb = -nan\nc = 9223372036854775808\nd = 1e999",
        "stack:4:5 'inf' number-range: `inf` is not a number that a manifest can hold: it must be finite\n\
         stack:5:5 '-nan' number-range: `-nan` is not a number that a manifest can hold: it must be finite\n\
         stack:6:5 '9223372036854775808' number-range: this number does not fit into 64 bits ? write it as a string if its digits are meant rather than its value\n\
         stack:7:5 '1e999' number-range: `1e999` is not a number that a manifest can hold: it must be finite",
    );
}

#[test]
fn blocks() {
    check(
        "[resource.aws_vpc]\ncidr_block = 'x'",
        "stack:4:1 'cidr_block' missing-name: `[resource.aws_vpc]` lacks a name: `cidr_block` stands where one should ? write `[resource.aws_vpc.NAME]` above its arguments",
    );
    check(
        "[[resource.aws_vpc.main]]",
        "stack:3:1 '[[resource.aws_vpc.main]]' wrong-type: `aws_vpc.main` is declared as a list ? write `[resource.aws_vpc.main]`; several alike are made by `for_each`",
    );
    check(
        "[resource]\naws_vpc = 1",
        "stack:4:1 'aws_vpc' wrong-type: `resource.aws_vpc` must be a table, not a whole number",
    );
    check(
        "[resource.aws_vpc.\"a b\"]\n[data.\"x.y\".z]",
        "stack:3:19 '\"a b\"' invalid-name: `a b` is not a name ? a name is letters, digits, `_` and `-`, and starts with a letter or `_`\n\
         stack:4:7 '\"x.y\"' invalid-name: `x.y` is not a name ? a name is letters, digits, `_` and `-`, and starts with a letter or `_`",
    );
}

#[test]
fn names_declared_in_two_files() {
    check_files(
        &[
            STACK,
            ("a.toml", "[resource.aws_vpc.main]\n[locals]\nx = 1\n[data.aws_vpc.main]"),
            ("b.toml", "[resource.aws_vpc.main.tags]\n[locals]\nx = 2\n[outputs.x]\nvalue = 1"),
        ],
        "b:1:1 '[resource.aws_vpc.main.tags]' duplicate-address: `aws_vpc.main` is declared twice | a:1:1 '[resource.aws_vpc.main]' first declared here ? layers share their names: give one of them another\n\
         b:3:1 'x' duplicate-name: the local `x` is declared twice | a:3:1 'x' first declared here ? names are shared by all files of a manifest",
    );
}

#[test]
fn addresses() {
    check(
        "[[moved]]\nfrom = 'a'\n[[moved]]\nfrom = 'aws_vpc.a'\nto = 'data.aws_vpc.b'\nx = 1",
        "stack:3:1 '[[moved]]' missing-argument: `[[moved]]` lacks `to`\n\
         stack:4:9 'a' invalid-address: `a` is no address: expected `TYPE.NAME`, `TYPE.NAME[\"KEY\"]` or `data.TYPE.NAME`\n\
         stack:7:7 'data.aws_vpc.b' invalid-address: `data.aws_vpc.b` is only looked up: nothing is kept about it\n\
         stack:8:1 'x' unknown-argument: `[[moved]]` has no `x` ? expected `from`, `to`",
    );
    check(
        "[[import]]\nto = 'resource.aws_vpc.a'\n[[removed]]\nfrom = '${aws_vpc.a}'",
        "stack:3:1 '[[import]]' missing-argument: `[[import]]` lacks `id`\n\
         stack:4:7 'resource.aws_vpc.a' invalid-address: `resource.aws_vpc.a` is no address: expected `TYPE.NAME`, `TYPE.NAME[\"KEY\"]` or `data.TYPE.NAME` ? write `aws_vpc.a` > stack:4:7 'resource.aws_vpc.a' aws_vpc.a\n\
         stack:6:9 '${aws_vpc.a}' invalid-address: `${aws_vpc.a}` is no address: expected `TYPE.NAME`, `TYPE.NAME[\"KEY\"]` or `data.TYPE.NAME` ? write `aws_vpc.a` > stack:6:9 '${aws_vpc.a}' aws_vpc.a",
    );
    check(
        "[moved]\nfrom = 'aws_vpc.a'",
        "stack:3:1 '[moved]' wrong-type: `moved` must be a list of tables, not a table ? write `[[moved]]`",
    );
    check("[[removed]]\nfrom = 1", "stack:4:8 '1' wrong-type: `from` must be a string, not a whole number");
}
