//! Merging an environment over the rest.

use super::*;

const STACK: &str = "[stack]\nname = 's'\n[tags]\na = '1'\nb = '1'\n[variables.size]\ndefault = 1\n";
const LAYER: &str = "[resource.aws_vpc.main]\ncidr = 'x'\nlist = [1, 2]\ntags = { a = '1', b = '1' }\n\
                     [[resource.aws_vpc.main.rule]]\nport = 1\n[[moved]]\nfrom = 'aws_vpc.a'\nto = 'aws_vpc.main'\n";

#[test]
fn merged_key_by_key_and_lists_whole() {
    let environment = "[tags]\nb = '2'\n[values]\nsize = 3\n[variables.size]\nallowed = [3]\n\
                       [resource.aws_vpc.main]\nlist = [3]\ntags.b = '2'\nmore = true\n\
                       [[resource.aws_vpc.main.rule]]\nport = 2\n[[moved]]\nfrom = 'aws_vpc.b'\nto = 'aws_vpc.main'\n\
                       [resource.aws_eip.extra]\n[provider.aws]\nregion = 'eu-west-1'\n";
    let files = [("stack.toml", STACK), ("net.toml", LAYER), ("environments/prod.toml", environment)];
    let manifest = sound(&files, Some("prod"));
    assert_eq!(show(&manifest.tags), r#"a = "1", b = "2""#);
    assert_eq!(show(&manifest.values), "size = 3");
    let size = &manifest.variables["size"];
    assert_eq!(size.default.as_ref().map(show_node).as_deref(), Some("1"));
    assert_eq!(size.allowed.as_ref().map(show_node).as_deref(), Some("[3]"));
    let blocks: Vec<_> =
        manifest.blocks.iter().map(|it| format!("{} {}: {}", it.layer, it.address, show(&it.body))).collect();
    assert_eq!(
        blocks,
        [
            r#"net aws_vpc.main: cidr = "x", list = [3], tags = {a = "1", b = "2"}, rule = [{port = 2}], more = true"#,
            "prod aws_eip.extra: ",
        ]
    );
    let moved: Vec<_> = manifest.moved.iter().map(|it| it.from.to_string()).collect();
    assert_eq!(moved, ["aws_vpc.b"]);
    assert_eq!(manifest.provider.as_ref().map(show_node).as_deref(), Some(r#"{region = "eu-west-1"}"#));
    assert_eq!(manifest.layers, ["stack", "net", "prod"]);
    assert_eq!(manifest.environment.as_deref(), Some("prod"));
}

#[test]
fn one_that_adds_nothing_is_no_layer() {
    let files = [("stack.toml", STACK), ("environments/prod.toml", "[stack]\nname = 's-prod'\n")];
    let manifest = sound(&files, Some("prod"));
    assert_eq!(manifest.layers, ["stack"]);
    assert_eq!(manifest.name.map(|(name, _)| name).as_deref(), Some("s-prod"));
}

#[test]
fn others_are_not_looked_at() {
    let files = [("stack.toml", STACK), ("environments/dev.toml", "broken [")];
    assert_eq!(sound(&files, None).layers, ["stack"]);
}

#[test]
fn one_that_is_missing() {
    let check = |available: &[&str], expect: &str| {
        let mut sources = sources(&[("stack.toml", STACK)]);
        sources.environments = available.iter().map(|it| (*it).to_owned()).collect();
        let (_, diagnostics) = parse(&sources, Some("prod"));
        let message = "- no-environment: there is no environment `prod`: `environments/prod.toml` does not exist";
        assert_eq!(summary(&sources, diagnostics), format!("{message} ? {expect}"));
    };
    check(&[], "this manifest has no environments");
    check(&["dev"], "there is only `dev`");
    check(&["dev", "staging"], "there are `dev`, `staging`");
}
