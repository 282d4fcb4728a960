//! No secret in any file or stream: what was sent to AWS as a secret must not turn up anywhere
//! else, whatever is logged and whatever fails.

use sandbox::{Call, Verdict};
use serde_json::Value;

use crate::cloud::Cloud;
use crate::program::{Ran, Stack};
use crate::vault::{Vault, is_state};

/// The value of a sensitive variable.
const CANARY: &str = "c4naryT3ll5Everyth1ng";

const DECLARED: &str = r#"
[variables.key]
type      = "string"
sensitive = true

[outputs.key]
value     = "${aws_secretsmanager_secret_version.key.secret_string}"
sensitive = true

[outputs.generated]
value     = "${aws_secretsmanager_secret_version.admin.secret_string}"
sensitive = true

[resource.aws_secretsmanager_secret.key]
name                    = "key"
recovery_window_in_days = 0

[resource.aws_secretsmanager_secret_version.key]
secret_id     = "${aws_secretsmanager_secret.key.id}"
secret_string = "key=${var.key}"
"#;

/// The secrets among what was sent: each password that was made up, and the canary.
fn sent(calls: &[Call]) -> Vec<String> {
    let mut secrets = vec![CANARY.to_owned()];
    for call in calls {
        let body = String::from_utf8_lossy(&call.body);
        if call.service == "secretsmanager"
            && let Ok(body) = serde_json::from_str::<Value>(&body)
            && let Some(secret) = body["SecretString"].as_str()
        {
            secrets.push(secret.to_owned());
        }
        let password = body.split('&').find_map(|pair| pair.strip_prefix("MasterUserPassword="));
        secrets.extend(password.map(str::to_owned));
    }
    secrets.sort();
    secrets.dedup();
    secrets
}

/// Everything that commands said, with the line that made them say it.
#[derive(Default)]
struct Heard(Vec<(String, String)>);

impl Heard {
    fn note(&mut self, line: &str, ran: &Ran) {
        self.0.push((line.to_owned(), format!("{}\n{}", ran.out, ran.err)));
    }

    /// Fails if a secret is in a stream, in a file, in any version of any object of the bucket, in an
    /// item of the table, or on the way to one of them.
    fn holds_none_of(&self, secrets: &[String], stack: &Stack, (vault, calls): (Option<&Vault>, &[Call])) {
        let mut kept: Vec<(String, String)> = Vec::new();
        if let Some(vault) = vault {
            kept.extend(vault.versions().iter().map(|it| (format!("{it:?}"), vault.text_of(it))));
            kept.extend(vault.items().iter().map(|it| (it["item"].to_string(), it.to_string())));
            assert!(kept.len() > 2, "state is there: {kept:?}");
        }
        let state = calls.iter().filter(|it| is_state(it));
        kept.extend(state.map(|it| (it.name(), String::from_utf8_lossy(&it.body).into_owned())));
        for secret in secrets {
            for (place, text) in &kept {
                assert!(!text.contains(secret.as_str()), "{place} holds a secret:\n{text}");
            }
            for (line, text) in &self.0 {
                assert!(!text.contains(secret.as_str()), "`{line}` told a secret:\n{text}");
            }
            for (path, bytes) in stack.files() {
                let found = bytes.windows(secret.len()).any(|it| it == secret.as_bytes());
                assert!(!found, "{} holds a secret", path.display());
            }
        }
    }
}

#[test]
fn they_are_in_no_file_and_no_stream() {
    let cloud = Cloud::start();
    tells_none(&cloud, &Stack::wordpress(&cloud), None);
}

#[test]
fn they_are_in_no_object_and_no_item() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud).sharing(5);
    tells_none(&cloud, &stack, Some(&Vault::of(&cloud, "wordpress")));
}

/// Does everything that could tell a secret.
fn tells_none(cloud: &Cloud, stack: &Stack, vault: Option<&Vault>) {
    stack.write("stack.toml", &(stack.text("stack.toml") + DECLARED));
    let mut heard = Heard::default();
    let mut calls = Vec::new();
    let given = format!("--var key={CANARY} --log trace");
    let mut run = |line: &str, code: i32| {
        let line = format!("{line} {given}");
        let ran = stack.run(&line).exits(code);
        heard.note(&line, &ran);
        calls.extend(cloud.take_calls());
        ran
    };

    run("validate --json", 0);
    run("plan", 0);
    run("plan --json --out saved.json", 0);
    run("plan --markdown", 0);
    // The service repeats in its error what it was sent, as some do.
    cloud.judge(|call| match call.operation.as_str() {
        "CreateDBInstance" | "PutSecretValue" => {
            let body = String::from_utf8_lossy(&call.body).replace(['<', '"', '\\'], " ");
            call.refuse(400, "InvalidParameterValue", &format!("cannot take {body}"))
        }
        _ => Verdict::Forward,
    });
    run("apply --yes --json", 5);
    run("apply --yes", 5);
    cloud.let_through();
    // Answers are lost, so that the journal is left with open calls.
    let mut lost = 0;
    cloud.judge(move |call| {
        let secret = matches!(call.operation.as_str(), "CreateDBInstance" | "PutSecretValue");
        lost += usize::from(secret);
        if secret && lost <= 2 { Verdict::ForwardThenDrop } else { Verdict::Forward }
    });
    let line = format!("apply --yes --timeline timeline.json {given}");
    let ran = stack.run(&line);
    assert!(matches!(ran.code, Some(0 | 5)), "{}\n{}", ran.out, ran.err);
    heard.note(&line, &ran);
    calls.extend(cloud.take_calls());
    cloud.let_through();
    let mut run = |line: &str, code: i32| {
        let line = format!("{line} {given}");
        let ran = stack.run(&line).exits(code);
        heard.note(&line, &ran);
        calls.extend(cloud.take_calls());
        ran
    };
    run("apply --yes", 0);
    run("plan --json --detailed-exitcode", 0);
    run("output", 0);
    run("output --json", 0);
    run("output key", 1);
    run("state pull", 0);
    run("state show --json aws_db_instance.wordpress", 0);
    run("state show aws_secretsmanager_secret_version.key", 0);
    run("graph --format json", 0);
    // A sensitive variable that is not given keeps what is there.
    let kept = stack.run("plan --detailed-exitcode --log trace").exits(0);
    heard.note("plan without the variable", &kept);

    let secrets = sent(&calls);
    assert!(secrets.len() >= 4, "the canary, what was made of it, and two passwords: {}", secrets.len());
    heard.holds_none_of(&secrets, stack, (vault, &calls));

    // It is all there for whoever asks for it by name.
    let revealed = stack.run("output key --reveal").exits(0);
    assert_eq!(revealed.out, format!("key={CANARY}\n"));
    let generated = stack.run("output generated --reveal").exits(0).out;
    assert!(secrets.iter().any(|it| *it == generated.trim_end()), "the password that was sent");
    heard.holds_none_of(&secrets, stack, (vault, &calls));

    let changed = format!("plan --json --detailed-exitcode --var key={CANARY}2");
    let ran = stack.run(&changed).exits(2);
    heard.note(&changed, &ran);
    let destroy = format!("destroy --yes {given}");
    let ran = stack.run(&destroy).exits(0);
    heard.note(&destroy, &ran);
    heard.holds_none_of(&secrets, stack, (vault, &calls));
}

#[test]
fn a_manifest_that_would_print_one_is_refused_without_printing_it() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    let variable = "\n[variables.key]\ntype = \"string\"\nsensitive = true\nallowed = [\"a\", \"b\"]\n";
    stack.write("stack.toml", &(stack.text("stack.toml") + variable));
    let ran = stack.run(&format!("validate --var key={CANARY}")).exits(1);
    assert!(!format!("{}{}", ran.out, ran.err).contains(CANARY), "{}", ran.err);
    let output = "\n[outputs.key]\nvalue = \"${var.key}\"\n";
    stack.write("stack.toml", &(stack.text("stack.toml").replace("allowed = [\"a\", \"b\"]\n", "") + output));
    let ran = stack.run(&format!("validate --var key={CANARY}")).exits(1);
    assert!(!format!("{}{}", ran.out, ran.err).contains(CANARY), "{}", ran.err);
}
