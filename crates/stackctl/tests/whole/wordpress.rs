//! The four commands on the shipped manifest.

use crate::cloud::Cloud;
use crate::program::Stack;

#[test]
fn the_stack_comes_and_goes_and_comes_again() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    let empty = cloud.inventory();
    let mut whole = Vec::new();
    for round in 0..2 {
        let plan = stack.run("plan --json --detailed-exitcode").exits(2).json();
        assert_eq!((&plan["summary"]["create"], &plan["summary"]["adopt"]), (&15.into(), &3.into()), "{plan:#}");
        assert_eq!(cloud.inventory(), empty, "a plan changes nothing");

        stack.run("apply --yes").exits(0).says("repository_url").complains("15 created, 3 adopted");
        let made = cloud.inventory();
        for expect in ["database dev-wordpress", "secret dev/wordpress/admin-password with 1 versions"] {
            assert!(made.iter().any(|it| it == expect), "{expect} {made:#?}");
        }
        assert_eq!(stack.run("state list").exits(0).out.lines().count(), 18);
        stack.run("plan --detailed-exitcode").exits(0).says("Nothing to do: 18 resources are as declared.");
        cloud.take_calls();
        stack.run("apply --yes").exits(0);
        assert!(!cloud.take_calls().iter().any(sandbox::Call::mutates), "an apply with nothing to do changes nothing");

        stack.run("destroy --yes").exits(0).complains("15 deleted, 3 forgotten");
        assert_eq!(cloud.inventory(), empty, "what was adopted stays, and nothing else");
        assert_eq!(stack.run("state list").exits(0).out, "");
        stack.run("destroy --yes").exits(0);
        if round == 0 {
            whole = made;
        } else {
            assert_eq!(made, whole);
        }
    }
}

#[test]
fn a_layer_or_a_target_narrows_reads_and_work() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    let addresses = |plan: &serde_json::Value| -> Vec<String> {
        let changes = plan["changes"].as_array().expect("changes");
        changes.iter().map(|it| it["address"].as_str().expect("an address").to_owned()).collect()
    };
    let plan = stack.run("plan --json --layer ecr").exits(0).json();
    assert_eq!(addresses(&plan), ["aws_ecr_repository.wordpress"]);
    stack.run("apply --yes -q --layer ecr").exits(0);
    stack.run("apply --yes -q --target aws_ecs_cluster.wordpress").exits(0);
    let list = stack.run("state list").exits(0).out;
    assert_eq!(list, "aws_ecr_repository.wordpress\naws_ecs_cluster.wordpress\n");

    let plan = stack.run("plan --json --target aws_iam_role_policy_attachment.task_execution").exits(0).json();
    let mut dragged = addresses(&plan);
    dragged.sort();
    let expect = [
        "aws_iam_policy.task_execution",
        "aws_iam_role.task_execution",
        "aws_iam_role_policy_attachment.task_execution",
        "aws_secretsmanager_secret.admin",
        "aws_secretsmanager_secret.database",
    ];
    assert_eq!(dragged, expect, "a target brings what it depends on");

    stack.run("apply --yes -q").exits(0);
    cloud.take_calls();
    stack.run("plan --detailed-exitcode").exits(0);
    let all = cloud.take_calls().len();
    stack.run("plan --detailed-exitcode --layer cluster").exits(0);
    let narrow = cloud.take_calls();
    assert!(narrow.len() * 3 < all, "{} of {all}", narrow.len());
    assert!(narrow.iter().all(|it| ["sts", "ecs", "logs"].contains(&it.service.as_str())), "{narrow:#?}");

    let plan = stack.run("plan --destroy --json --target aws_ecs_cluster.wordpress").exits(0).json();
    assert_eq!(addresses(&plan), ["aws_ecs_service.wordpress", "aws_ecs_cluster.wordpress"]);
    stack.run("destroy --yes -q --target aws_ecs_cluster.wordpress").exits(0);
    assert_eq!(stack.run("state list").out.lines().count(), 16);
    stack.run("apply --yes -q").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
}
