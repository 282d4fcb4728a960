//! Names that collide, tags that merge, order that does not matter.

use proptest::prelude::*;

use crate::address::Address;
use crate::source::Sources;
use crate::stack::{Given, Options, resolve};
use crate::testing::{CATALOG, TestFiles, check, resolve_all, stack};

#[test]
fn two_that_claim_one_name() {
    check(
        "[locals]\nn = \"main\"\n[resource.aws_store.b]\nengine = \"mysql\"\nname = \"${local.n}\"\n\
         [resource.aws_store.a]\nengine = \"mysql\"\nname = \"main\"",
        "error[duplicate-name] main.toml:8 `\"main\"`: aws_store.b and aws_store.a both claim the name \"main\"
  help: AWS allows one aws_store of a name: give one of them another",
    );
}

#[test]
fn one_name_in_two_scopes() {
    let with = |second: &str| {
        format!(
            "[resource.aws_network.a]\ncidr = \"x\"\n[resource.aws_network.b]\ncidr = \"y\"\n\
             [resource.aws_store.a]\nengine = \"mysql\"\nname = \"main\"\nnetwork_id = \"${{aws_network.a.id}}\"\n\
             [resource.aws_store.b]\nengine = \"mysql\"\nname = \"main\"\nnetwork_id = \"${{aws_network.{second}.id}}\""
        )
    };
    check(&with("b"), "");
    check(
        &with("a"),
        "error[duplicate-name] main.toml:11 `\"main\"`: aws_store.a and aws_store.b both claim the name \"main\"
  help: AWS allows one aws_store of a name: give one of them another",
    );
}

#[test]
fn tags_merge_from_stack_layer_and_resource() {
    let mut sources = Sources::default();
    sources.add(
        "stack.toml",
        "[stack]\nname = \"demo\"\n[tags]\na = \"stack\"\nb = \"stack\"\nc = \"stack\"\nd = \"stack\"\n",
    );
    sources.add(
        "net.toml",
        "[tags]\nb = \"layer\"\n[locals]\nmine = { c = \"local\" }\n\
         [resource.aws_network.a]\ncidr = \"x\"\ntags = { c = \"own\", d = \"${null}\" }\n\
         [resource.aws_network.b]\ncidr = \"x\"\ntags = \"${local.mine}\"\n\
         [resource.aws_network.c]\ncidr = \"x\"\ntags = \"${{ c = aws_network.a.id }}\"\n\
         [data.aws_image.i]\nname = \"x\"",
    );
    let (stack, problems) = resolve_all(&sources, &Given::default());
    assert_eq!(problems, []);
    let tags = |name: &str| {
        let it = &stack.resources[&Address::managed("aws_network", name)];
        it.offline.get("tags").expect("tags").to_json().to_string()
    };
    assert_eq!(tags("a"), r#"{"a":"stack","b":"layer","c":"own"}"#);
    assert_eq!(tags("b"), r#"{"a":"stack","b":"layer","c":"local","d":"stack"}"#);
    assert_eq!(tags("c"), r#"{"a":"stack","b":"layer","c":{"$unknown":"id of aws_network.a"},"d":"stack"}"#);
    let again = stack.evaluate(&Address::managed("aws_network", "c"), &()).expect("evaluates");
    assert_eq!(again, stack.resources[&Address::managed("aws_network", "c")].offline);
    assert_eq!(stack.data.values().next().expect("data").offline.to_json().to_string(), r#"{"name":"x"}"#);
}

#[test]
fn settings_are_typed() {
    let mut sources = Sources::default();
    let text = "[stack]\nname = \"demo\"\n[provider.aws]\nregion = \"eu-west-1\"\nallowed_account_ids = [\"123456789012\"]\n\
        ignore_tags = { keys = [\"a\"] }\nassume_role.role_arn = \"arn:aws:iam::1:role/x\"\n[state]\nbucket = \"b-${stack.name}\"\n";
    sources.add("stack.toml", text);
    let (stack, problems) = resolve_all(&sources, &Given::default());
    assert_eq!(problems, []);
    assert_eq!(stack.provider.region.as_deref(), Some("eu-west-1"));
    assert_eq!(stack.provider.allowed_account_ids, ["123456789012"]);
    assert_eq!(stack.store.map(|it| it.bucket).as_deref(), Some("b-demo"));

    let mut sources = Sources::default();
    sources.add("stack.toml", text.replace("region = ", "regoin = "));
    let (_, problems) = resolve_all(&sources, &Given::default());
    let told: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(told, ["`[provider.aws]` has no `regoin`"]);
}

/// What `[state]` comes to, by resolving and by reading the settings alone, which agree.
fn check_state(text: &str, expect: &str) {
    let mut sources = Sources::default();
    sources.add("stack.toml", format!("[stack]\nname = \"demo\"\n{text}"));
    let (stack, problems) = resolve_all(&sources, &Given::default());
    let (manifest, _) = crate::manifest::parse(&sources, None);
    let given = Given::default();
    let options = crate::stack::Options { sources: &sources, variables: &given, files: &crate::source::NoFiles };
    let alone = crate::stack::settings(&manifest, &options);
    let told = match &stack.store {
        Some(it) => {
            format!("{} {} {} {}", it.bucket, it.lock_table, it.region.as_deref().unwrap_or("-"), it.lease.as_secs())
        }
        None => problems.iter().map(|it| it.message.clone()).collect::<Vec<String>>().join("; "),
    };
    assert_eq!(told, expect, "{text}");
    let readable = stack.store.is_some() || !text.contains("[state]");
    assert_eq!(alone, readable.then_some((stack.provider, stack.store)), "{text}");
}

#[test]
fn state_has_defaults_and_limits() {
    check_state("[state]\nbucket = \"acme\"", "acme stackctl-locks - 30");
    check_state(
        "[state]\nbucket = \"acme\"\nlock_table = \"locks\"\nregion = \"eu-west-1\"\nlease_seconds = 60",
        "acme locks eu-west-1 60",
    );
    check_state(
        "[state]\nbucket = \"b-${local.x}\"\nlease_seconds = \"${var.s}\"\n[locals]\nx = \"${stack.name}\"\n[variables.s]\ndefault = 5",
        "b-demo stackctl-locks - 5",
    );
    // What else is wrong with the manifest does not matter to its settings.
    check_state("[state]\nbucket = \"acme\"\n[variables.unset]\n[resource.aws_nothing.x]", "acme stackctl-locks - 30");
    check_state("[provider.aws]\nregion = \"eu-west-1\"", "");
    check_state("[state]\nbucket = \"${var.unset}\"\n[variables.unset]", "the variable `unset` has no value");
    check_state("[state]\nbucket = \"acme\"\nlease_seconds = 4", "`lease_seconds` must be between 5 and 300, not 4");
    let pattern = "`bucket` must match `[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]`, not \"ACME\"";
    check_state("[state]\nbucket = \"ACME\"", pattern);
    check_state(
        "[state]\nbucket = \"acme\"\nlease_seconds = \"soon\"",
        "`lease_seconds` must be a whole number, not a string",
    );
    check_state("[state]\nlock_table = \"locks\"", "`[state]` lacks `bucket`");
}

#[test]
fn the_digest_follows_what_a_plan_depends_on() {
    let digest = |text: &str, value: &str| {
        let given = Given { options: [("v".to_owned(), value.to_owned())].into(), ..Given::default() };
        crate::testing::resolved(text, &given).0.digest
    };
    let plain = "[variables.v]\n";
    let sensitive = "[variables.v]\nsensitive = true\n";
    assert_eq!(digest(plain, "a"), digest(plain, "a"));
    assert_ne!(digest(plain, "a"), digest(plain, "b"));
    assert_eq!(digest(sensitive, "a"), digest(sensitive, "b"));
    assert_ne!(digest(plain, "a"), digest("[variables.v]\n\n", "a"));
}

const TABLES: &[&str] = &[
    "[variables.size]\ndefault = 10\n",
    "[locals]\nname = \"${stack.name}-x\"\nids = \"${[for it in aws_network.n : it.id]}\"\n",
    "[resource.aws_network.n]\nfor_each = [\"a\", \"b\"]\ncidr = \"${each.key}\"\n",
    "[resource.aws_store.s]\nengine = \"mysql\"\nsize = \"${var.size}\"\nlabels = \"${local.ids}\"\n",
    "[resource.aws_store.t]\nengine = \"mysql\"\nname = \"${aws_store.s.size}-${local.name}\"\ndepends_on = [\"aws_network.n\"]\n",
    "[data.aws_image.i]\nname = \"${aws_store.s.endpoint}\"\n",
    "[outputs.o]\nvalue = \"${data.aws_image.i.id}\"\n",
    "[resource.aws_network.z]\ncidr = \"z\"\ndepends_on = [\"aws_store.m\"]\nlifecycle.replace_triggered_by = [\"aws_store.m\"]\n",
    "[resource.aws_store.m]\nfor_each = [\"a\", \"b\"]\nengine = \"mysql\"\n",
    "[[moved]]\nfrom = \"aws_store.old\"\nto = \"aws_store.s\"\n",
    "[[removed]]\nfrom = \"aws_store.gone\"\n",
];

/// Everything a stack says but where it says it.
fn essence(order: &[usize]) -> String {
    let text: String = order.iter().filter_map(|at| TABLES.get(*at)).copied().collect();
    let mut sources = Sources::default();
    sources.add("stack.toml", "[stack]\nname = \"demo\"\n");
    sources.add("main.toml", text);
    let (manifest, problems) = crate::manifest::parse(&sources, None);
    assert_eq!(problems, []);
    let given = Given::default();
    let (stack, problems) =
        resolve(&manifest, &CATALOG, &Options { sources: &sources, variables: &given, files: &TestFiles });
    let codes: Vec<&str> = problems.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["wrong-format"]);
    let attributes = |it: &std::collections::BTreeMap<Address, crate::stack::Dependency>| {
        it.iter().map(|(address, it)| format!("{address} {:?}", it.attributes)).collect::<Vec<String>>()
    };
    let texts = |tree: &crate::Authored| {
        let mut texts = Vec::new();
        tree.any(&mut |leaf| {
            if let crate::Tree::Hole(expr) = leaf {
                texts.push(expr.text().to_owned());
            }
            false
        });
        texts
    };
    let resources: Vec<String> = stack
        .resources
        .values()
        .map(|it| {
            format!("{} {:?} {} {:?}", it.address, texts(&it.inputs), it.offline.to_json(), attributes(&it.depends_on))
        })
        .collect();
    let data: Vec<String> = stack.data.values().map(|it| format!("{} {}", it.address, it.offline.to_json())).collect();
    let moved: Vec<String> = stack.moved.iter().map(|it| format!("{} {}", it.from, it.to)).collect();
    let z = stack.resources.get(&Address::managed("aws_network", "z")).expect("declared");
    assert_eq!((z.lifecycle.replace_triggered_by.len(), z.depends_on.len()), (1, 2));
    format!("{resources:#?} {data:?} {moved:?} {:?} {:?}", stack.declared, stack.names.variables)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_order_of_tables_means_nothing(order in Just((0..TABLES.len()).collect::<Vec<usize>>()).prop_shuffle()) {
        let natural: Vec<usize> = (0..TABLES.len()).collect();
        prop_assert_eq!(essence(&order), essence(&natural));
    }
}

#[test]
fn tags_of_a_stack_stand_alone() {
    let stack = stack("[resource.aws_network.a]\ncidr = \"x\"");
    let network = stack.resources.values().next().expect("a network");
    assert_eq!(network.offline.to_json().to_string(), r#"{"cidr":"x"}"#);
}

#[test]
fn settings_may_use_names_but_wait_for_nothing() {
    let with = |region: &str| {
        let mut sources = Sources::default();
        let text = "[stack]\nname = \"demo\"\n[variables.r]\ndefault = \"eu-west-1\"\n[resource.aws_network.a]\ncidr = \"x\"\n[provider.aws]\n";
        sources.add("stack.toml", format!("{text}region = \"{region}\"\n"));
        let (stack, problems) = resolve_all(&sources, &Given::default());
        (stack.provider.region, crate::testing::told(&problems, &sources))
    };
    assert_eq!(with("${var.r}"), (Some("eu-west-1".to_owned()), String::new()));
    assert_eq!(
        with("${aws_network.a.id}").1,
        "error[unknown-setting] stack.toml:8 `aws_network.a.id`: settings cannot wait for aws_network.a\n  help: decide it by a variable"
    );
    assert_eq!(
        with("Ireland").1,
        "error[wrong-format] stack.toml:8 `\"Ireland\"`: `region` must match `[a-z]{2}(-[a-z]+)+-[0-9]`, not \"Ireland\""
    );
}
