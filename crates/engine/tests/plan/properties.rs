//! What holds for every manifest.

use model::plan::EdgeReason;
use proptest::prelude::*;

use crate::world::{World, operations, shown};

/// A small stack from a few numbers: which resources there are, and how they are set.
fn manifest(dice: &[u8; 8]) -> String {
    let mut text = String::new();
    let [network, group, role, task, service, attachment, secret, spice] = *dice;
    let choose = |die: u8, options: &[&str]| options[usize::from(die) % options.len()].to_owned();
    if network > 0 {
        text += &format!("[resource.aws_network.n]\ncidr = \"{}\"\ntags = {{ a = \"{}\" }}\n", network % 3, spice % 3);
    }
    if group > 0 {
        let name = choose(group, &["name = \"g\"", "name = \"h\"", "name_prefix = \"g\"", ""]);
        let inside = if network > 0 { "network_id = \"${aws_network.n.id}\"\n" } else { "" };
        let description = choose(spice, &["", "description = \"x\"\n", ""]);
        text += &format!("[resource.aws_group.g]\n{name}\n{inside}{description}");
        text += &choose(spice / 2, &["", "[[resource.aws_group.g.rules]]\nport = 80\n"]);
    }
    if role > 0 {
        let name = choose(role, &["name = \"r\"", "name_prefix = \"r\""]);
        text += &format!("[resource.aws_role.r]\n{name}\n");
    }
    if task > 0 {
        let role = if role > 0 { "role = \"${aws_role.r.arn}\"\n" } else { "" };
        text += &format!("[resource.aws_task.t]\nfamily = \"t\"\n{role}");
        text += &format!("[[resource.aws_task.t.containers]]\nname = \"c\"\nimage = \"{}\"\n", task % 3);
    }
    if secret > 0 {
        text += &format!("[resource.aws_secret.s]\nlength = {}\n", secret % 3);
    }
    if service > 0 {
        text += &format!("[resource.aws_service.s]\nname = \"s\"\npayer = \"me\"\ndesired_count = {}\n", service % 3);
        text += if group > 0 { "group_ids = [\"${aws_group.g.id}\"]\n" } else { "" };
        text += if task > 0 { "task = \"${aws_task.t.arn}\"\n" } else { "" };
        text += if secret > 0 { "password = \"${aws_secret.s.text}\"\n" } else { "" };
        text += &choose(spice, &["", "force = true\n", "lifecycle.ignore_changes = [\"desired_count\"]\n"]);
    }
    if attachment > 0 && role > 0 {
        text +=
            &format!("[resource.aws_attachment.a]\nrole = \"${{aws_role.r.name}}\"\npolicy = \"{}\"\n", attachment % 2);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_after_an_apply_is_empty(first in any::<[u8; 8]>(), second in any::<[u8; 8]>()) {
        let dice = |it: [u8; 8]| it.map(|die| die % 5);
        let (first, second) = (manifest(&dice(first)), manifest(&dice(second)));
        let mut world = World::new();
        for text in [&first, &second, &first] {
            // A replacement may be stuck, and says so; nothing else may keep a plan from being made.
            if let Err(problems) = world.try_plan(text) {
                prop_assert!(problems.iter().all(|it| it.code == "replacement-stuck"), "{problems:#?}\n{text}");
                return Ok(());
            }
            let plan = world.apply(text);
            let again = world.plan(text);
            prop_assert!(again.operations.is_empty(), "{}\n--- after\n{}\n--- of\n{text}", operations(&again), shown(&plan));
            prop_assert!(!engine::plan::has_changes(&again));
        }
    }

    #[test]
    fn a_plan_is_the_same_whenever_it_is_made(first in any::<[u8; 8]>(), second in any::<[u8; 8]>()) {
        let dice = |it: [u8; 8]| it.map(|die| die % 5);
        let mut world = World::with(&manifest(&dice(first)));
        let text = manifest(&dice(second));
        if let (Ok((_, a)), Ok((_, b))) = (world.try_plan(&text), world.try_plan(&text)) {
            prop_assert_eq!(&a.plan, &b.plan);
            let follows_edges = a.plan.edges.iter().all(|it| it.first != it.second);
            prop_assert!(follows_edges);
        }
    }

    #[test]
    fn a_destroy_deletes_everything_users_first(first in any::<[u8; 8]>()) {
        let text = manifest(&first.map(|die| die % 5));
        let mut world = World::with(&text);
        let there = world.state.resources.len();
        world.options.destroy = true;
        let plan = world.apply(&text);
        prop_assert_eq!(plan.operations.len(), there);
        prop_assert!(plan.edges.iter().all(|it| it.reason == EdgeReason::BlocksDelete));
        prop_assert!(world.state.resources.is_empty());
    }
}
