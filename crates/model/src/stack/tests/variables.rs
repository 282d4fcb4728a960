//! Values of variables.

use crate::source::Sources;
use crate::stack::Given;
use crate::testing::{check, check_given, resolve_all, resolved, told};

fn given(options: &[(&str, &str)]) -> Given {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Given { options, ..Given::default() }
}

#[test]
fn missing_variable() {
    check(
        "[variables.region]\ntype = \"string\"\n[outputs.a]\nvalue = \"${var.region}\"\n[outputs.b]\nvalue = \"${var.region}\"",
        "error[missing-variable] main.toml:1 `region`: the variable `region` has no value
  help: give it with `--var region=…` or STACKCTL_VAR_region, or add a `default`",
    );
}

#[test]
fn unknown_variable_given() {
    check_given(
        "[variables.region]\ndefault = \"x\"",
        &given(&[("regoin", "y")]),
        "error[unknown-variable]: --var gives `regoin`, but there is no such variable
  help: did you mean `region`?",
    );
    let environment = Given { environment: [("regoin".to_owned(), "y".to_owned())].into(), ..Given::default() };
    check_given(
        "[variables.region]\ndefault = \"x\"",
        &environment,
        "warning[unknown-variable]: STACKCTL_VAR_regoin is set, but there is no such variable
  help: did you mean `region`?",
    );
}

#[test]
fn values_are_checked() {
    check(
        "[variables.a]\ntype = \"nubmer\"\ndefault = 1\n[variables.b]\ntype = \"number\"\ndefault = \"x\"\n\
         [variables.c]\nallowed = [\"dev\", \"prod\"]\ndefault = \"tset\"\n[variables.d]\npattern = \"[a-z]+\"\ndefault = \"A\"\n\
         [variables.e]\ndefault = \"${local.x}\"",
        "error[unknown-variable-type] main.toml:2 `nubmer`: there is no variable type `nubmer`
  help: did you mean `number`?
error[wrong-type] main.toml:6 `\"x\"`: the value of `b` from `default` must be a number, not a string
error[not-allowed] main.toml:9 `\"tset\"`: the variable `c` cannot be \"tset\" (`default`)
  help: allowed values: \"dev\", \"prod\"
error[wrong-format] main.toml:12 `\"A\"`: the variable `d` must match `[a-z]+`, which \"A\" does not
error[not-a-literal] main.toml:14 `local.x`: a variable's value is fixed before anything is evaluated
  help: compute it in `[locals]` and use `local.…`",
    );
    check_given(
        "[variables.a]\nsensitive = true\nallowed = [\"x\"]",
        &given(&[("a", "hush")]),
        "error[not-allowed] main.toml:1 `a`: the variable `a` cannot be its value (--var)
  help: allowed values: \"x\"",
    );
}

#[test]
fn precedence() {
    let text = "[variables.v]\ndefault = \"default\"\n";
    let mut sources = Sources::default();
    sources.add("stack.toml", "[stack]\nname = \"demo\"\n");
    sources.add("main.toml", text);
    let file = sources.add("x.tfvars.toml", "v = \"file\"\n");
    let (files, problems) = crate::manifest::parse_values(&sources, file);
    assert_eq!(problems, []);
    let value = |given: &Given| resolved(text, given).0.names.variables["v"].as_text().map(str::to_owned);
    let mut all = Given {
        options: [("v".to_owned(), "option".to_owned())].into(),
        files,
        environment: [("v".to_owned(), "environment".to_owned())].into(),
        symbols: false,
    };
    assert_eq!(value(&all).as_deref(), Some("option"));
    all.options.clear();
    assert_eq!(value(&all).as_deref(), Some("file"));
    all.files.clear();
    assert_eq!(value(&all).as_deref(), Some("environment"));
    all.environment.clear();
    assert_eq!(value(&all).as_deref(), Some("default"));
}

#[test]
fn an_environment_sets_values() {
    let mut sources = Sources::default();
    sources.add("stack.toml", "[stack]\nname = \"demo\"\n[variables.size]\ntype = \"number\"\ndefault = 1\n");
    sources.add("environments/prod.toml", "[values]\nsize = \"3\"\nsiez = 4\n");
    let (manifest, problems) = crate::manifest::parse(&sources, Some("prod"));
    assert_eq!(problems, []);
    let variables = Given::default();
    let options = crate::stack::Options { sources: &sources, variables: &variables, files: &crate::testing::TestFiles };
    let (stack, problems) = crate::stack::resolve(&manifest, &crate::testing::CATALOG, &options);
    assert_eq!(stack.names.variables["size"], crate::Tree::Int(3));
    assert_eq!(
        told(&problems, &sources),
        "error[unknown-variable] environments/prod.toml:3 `siez`: there is no variable `siez`\n  help: did you mean `size`?"
    );
}

#[test]
fn what_stands_in_a_broken_file_counts_as_there() {
    let mut sources = Sources::default();
    sources.add("stack.toml", "[stack]\nname = \"demo\"\n[outputs.x]\nvalue = \"${aws_network.a.id}${var.v}\"\n");
    sources.add("net.toml", "[variables.v]\n[resource.aws_network.a]\ncidr = = 1\n");
    let (_, problems) = resolve_all(&sources, &Given::default());
    let files: Vec<&str> = problems
        .iter()
        .filter_map(|it| it.labels.first())
        .map(|it| sources.files[it.span.file.0 as usize].path.as_str())
        .collect();
    assert!(!files.is_empty() && files.iter().all(|it| *it == "net.toml"), "{problems:?}");
}

#[test]
fn a_variable_without_a_value_can_stand_for_itself() {
    let text = "[stack]\nname = \"demo\"\n[provider.aws]\nregion = \"${var.region}\"\n[variables.region]\ntype = \"string\"\n\
                [variables.count]\ntype = \"number\"\n[variables.password]\nsensitive = true\n";
    let symbols = Given { symbols: true, ..Given::default() };
    let mut sources = Sources::default();
    sources.add("stack.toml", text);
    let (stack, problems) = resolve_all(&sources, &symbols);
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(stack.provider.region, None, "nobody connects by a setting that is not known");
    let shown = |name: &str| stack.names.variables[name].to_json().to_string();
    assert_eq!(shown("region"), r#"{"$unknown":"value of var.region"}"#);
    assert_eq!(shown("count"), r#"{"$unknown":"value of var.count"}"#);
    assert_eq!(shown("password"), r#"{"$secret":true}"#);
    let stamp = |name: &str| match &stack.names.variables[name] {
        crate::Tree::Hole(pending) => pending.stamp.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(stamp("region").as_deref(), Some("${var.region}"));
    assert_ne!(stamp("region"), stamp("password"));
}
