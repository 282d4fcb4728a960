//! State in S3, lock and journal in DynamoDB: the next plain command takes over from the dead by
//! itself, finishes the work, and leaves nothing behind.

use super::{Point, Which, everywhere, killed, killed_at};
use crate::cloud::Cloud;
use crate::program::Stack;
use crate::vault::Vault;

/// How many emulators are kept busy at once: most of a trial is waiting for a lease to run out.
pub const THREADS: usize = 8;

/// The shortest lease that can be declared.
const LEASE: u32 = 5;

/// A stack with every kind of step: creates of one call and of several, an adoption, and, from
/// one form of it to the other, an update, a replacement with a deposed object, a delete and a
/// create.
pub const STEPS: [(&str, &str); 2] = [
    (
        "stack.toml",
        r#"[stack]
name = "steps"

[provider.aws]
region = "us-east-1"

[variables.form]
type    = "number"
default = 1

[outputs.group]
value = "${aws_security_group.web.id}"
"#,
    ),
    (
        "steps.toml",
        r#"[resource.aws_default_vpc.default]

[resource.aws_security_group.web]
name        = "web-${var.form}"
description = "HTTP from anywhere"
vpc_id      = "${aws_default_vpc.default.id}"

[[resource.aws_security_group.web.ingress]]
protocol    = "tcp"
from_port   = 80
to_port     = 80
cidr_blocks = ["0.0.0.0/0"]

[[resource.aws_security_group.web.egress]]
protocol    = "-1"
from_port   = 0
to_port     = 0
cidr_blocks = ["0.0.0.0/0"]

[resource.aws_cloudwatch_log_group.kept]
name              = "/steps/kept"
retention_in_days = "${var.form == 1 ? 7 : 14}"

[resource.aws_cloudwatch_log_group.passing]
for_each = ["${var.form}"]
name     = "/steps/passing-${each.key}"
"#,
    ),
];

/// A stack that is not applied, what there is then, and what there is after each of its forms was.
pub struct Place {
    pub cloud: Cloud,
    pub stack: Stack,
    pub empty: Vec<String>,
    pub forms: [Vec<String>; 2],
}

impl Place {
    fn of(cloud: Cloud, stack: Stack, lines: [&str; 2], name: &str) -> Self {
        let empty = cloud.inventory();
        let forms = lines.map(|line| {
            stack.run(line).exits(0);
            cloud.inventory()
        });
        stack.run("destroy --yes").exits(0);
        assert_eq!(cloud.inventory(), empty);
        Vault::of(&cloud, name).is_tidy("destroy");
        Self { cloud, stack, empty, forms }
    }

    fn wordpress() -> Self {
        let cloud = Cloud::start();
        let stack = Stack::wordpress(&cloud).sharing(LEASE);
        Self::of(cloud, stack, ["apply --yes"; 2], "wordpress")
    }

    pub fn steps() -> Self {
        let cloud = Cloud::start();
        let stack = Stack::of(&cloud, &STEPS).sharing(LEASE);
        Self::of(cloud, stack, ["apply --yes", "apply --yes --var form=2"], "steps")
    }

    /// Kills a command at a point, and runs the next one, plainly; false if the first ended before
    /// it came to the point.
    pub fn carries_on(&self, point: Point, (line, next): (&str, &str), expect: &[String], vault: &Vault) -> bool {
        let was_killed = killed(&self.cloud, &self.stack, line, point);
        let was_locked = vault.is_locked();
        let about = format!("`{next}` after `{line}` at {point:?}");
        let ran = self.stack.run(next);
        assert_eq!(ran.code, Some(0), "{about}\n{}\n{}", ran.out, ran.err);
        assert_eq!(ran.err.contains("took the lock over"), was_locked, "{about}\n{}", ran.err);
        let things = self.cloud.inventory();
        // A secret that was not destroyed any more keeps the version that was.
        let same = if line.starts_with("destroy") && next.starts_with("apply") {
            without_versions(&things) == without_versions(expect)
        } else {
            things == expect
        };
        assert!(same, "{about}: {things:#?}\n{}\n{}", ran.out, ran.err);
        vault.is_tidy(&about);
        if next.starts_with("apply") {
            let plan = next.replace("apply --yes", "plan --detailed-exitcode");
            let planned = self.stack.run(&plan);
            assert_eq!(planned.code, Some(0), "{about}\n{}\n{}", planned.out, planned.err);
        } else {
            assert_eq!(self.stack.run("state list").exits(0).out, "", "{about}");
        }
        was_killed
    }
}

/// An inventory that does not count the versions of secrets.
fn without_versions(things: &[String]) -> Vec<&str> {
    things.iter().map(|it| it.split_once(" with ").map_or(it.as_str(), |(thing, _)| thing)).collect()
}

#[test]
fn at_every_call_for_wordpress() {
    let points = everywhere(THREADS, Place::wordpress, |place, index| {
        let point = Point::nth(Which::Resources, index);
        let vault = Vault::of(&place.cloud, "wordpress");
        let whole = &place.forms[0];
        let mut some = place.carries_on(point, ("apply --yes", "apply --yes"), whole, &vault);
        place.stack.flip("wordpress.toml", ["\"wordpress-ecs-sg\"", "\"wordpress-http\""]);
        some |= place.carries_on(point, ("apply --yes", "apply --yes"), whole, &vault);
        some |= place.carries_on(point, ("destroy --yes", "apply --yes"), whole, &vault);
        some | place.carries_on(point, ("destroy --yes", "destroy --yes"), &place.empty, &vault)
    });
    assert!(points >= 2 * 15, "only {points} points");
}

#[test]
fn at_every_write_of_state_lock_and_journal() {
    let points = everywhere(THREADS, Place::steps, |place, index| {
        let point = Point::nth(Which::State, index);
        let vault = Vault::of(&place.cloud, "steps");
        let [first, second] = ["apply --yes", "apply --yes --var form=2"];
        let mut some = place.carries_on(point, (first, first), &place.forms[0], &vault);
        some |= place.carries_on(point, (second, second), &place.forms[1], &vault);
        some |= place.carries_on(point, ("destroy --yes", second), &place.forms[1], &vault);
        some | place.carries_on(point, ("destroy --yes", "destroy --yes"), &place.empty, &vault)
    });
    assert!(points >= 2 * 8, "only {points} points");
}

/// Begins enough together that the records of it are too large for an item.
const LINE: &str = "apply --yes --parallelism 64";

#[test]
fn at_every_write_of_a_record_too_large_for_the_table() {
    // Almost as many and as large tags as a log group can have; the records of calls that begin
    // together are written together.
    let tags: String = (0..45).map(|it| format!("tag{it:0>120} = \"{}\"\n", "x".repeat(250))).collect();
    let keys: Vec<String> = (0..26).map(|it| format!("\"{it}\"")).collect();
    let groups = format!(
        "[resource.aws_cloudwatch_log_group.many]\nfor_each = [{}]\nname = \"/many/${{each.key}}\"\n\n\
         [resource.aws_cloudwatch_log_group.many.tags]\n{tags}",
        keys.join(", ")
    );
    let head = "[stack]\nname = \"many\"\n\n[provider.aws]\nregion = \"us-east-1\"\n";
    let prepare = || {
        let cloud = Cloud::start();
        let stack = Stack::of(&cloud, &[("stack.toml", head), ("many.toml", &groups)]).sharing(2 * LEASE);
        (cloud, stack)
    };
    let tried = everywhere(2, prepare, |(cloud, stack), index| {
        if index >= 8 {
            return false;
        }
        // The text, the item that points to it, the call itself, and taking the text away again. A
        // text that was to be taken away goes with the next that is.
        let (which, delivered) = (index / 2, index % 2 == 1);
        let mut large = false;
        let was_killed = killed_at(cloud, stack, LINE, delivered, move |call| {
            let text = call.method == "PUT" && call.path.contains("/journal/");
            large |= text;
            match which {
                0 => text,
                1 => large && call.operation == "TransactWriteItems",
                2 => large && call.operation == "CreateLogGroup",
                _ => large && call.method == "POST" && call.path.contains("?delete"),
            }
        });
        assert!(was_killed, "no large record: {index}");
        stack.run(LINE).exits(0);
        stack.run("plan --detailed-exitcode").exits(0);
        let vault = Vault::of(cloud, "many");
        if which < 3 {
            vault.is_tidy(&format!("large record, {index}"));
        }
        assert_eq!(cloud.inventory().iter().filter(|it| it.starts_with("log group /many/")).count(), 26);
        stack.run("destroy --yes --parallelism 64").exits(0);
        vault.is_tidy(&format!("large record, {index}, destroyed"));
        true
    });
    assert_eq!(tried, 8);
}
