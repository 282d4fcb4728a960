//! The life of one object: found absent, created, read, changed, lost, deleted.
//!
//! In: a kind and a sample. Out: its breaches. It must not know any kind.

use std::collections::BTreeMap;

use driver::{Created, Driver, FaultKind, Found, Live, Phase, Token, Want};
use model::catalog::{Identity, Kind};
use model::schema::{Field, Removal, Replace, Required, Type};
use model::{Id, Known, Tree};
use sandbox::differences::{argument_differs, operation_differs};
use serde_json::json;

use crate::compare::{equal, is_nothing, steady};
use crate::faults::{denied_reads, find, lost_create, throttled_create};
use crate::place::{self, Harm, Place};
use crate::sample::{Names, Sample, fill, is_adopted};
use crate::subject::{Stopped, Subject, overlaid};

/// Everything that is wrong with a kind, seen with one sample.
pub async fn run(kind: &'static Kind, sample: &Sample, endpoint: &str, region: &str) -> Vec<String> {
    let place = Place::new(endpoint, region).await;
    let names = match needs(&place, sample).await {
        Ok(names) => names,
        Err(stopped) => return vec![stopped],
    };
    let desired = fill(kind, &sample.arguments, &names);
    let mut subject = Subject { kind, sample, place: &place, desired, wrong: Vec::new() };
    // What deletes behind the subject's back.
    let other = Place::new(endpoint, region).await;
    let lived = if is_adopted(kind) {
        adopted(&mut subject, &names).await
    } else {
        owned(&mut subject, &names, other.driver(kind.name)).await
    };
    place.heal();
    let mut wrong = subject.wrong;
    wrong.extend(lived.err());
    wrong
}

async fn owned(subject: &mut Subject<'_>, names: &Names, other: &dyn Driver) -> Result<(), Stopped> {
    let token = place::token();
    let found = find(subject, &token).await?;
    subject.expect(found == Found::Absent, || format!("find before create is {found:?}, not Absent"));
    throttled_create(subject).await?;

    let created = subject.create(&token).await?;
    let calls = subject.place.take_mutations();
    subject.expect(calls.len() == 1, || format!("create makes not one call but {calls:?}"));
    let id = created.id.clone();
    let live = match &created.live {
        Some(live) if created.unfinished => subject.complete(&id, live).await?,
        None if created.unfinished => return Err("create is unfinished and tells no live object".to_owned()),
        Some(_) | None => subject.ready(&id).await?,
    };
    told_by_create(subject, &created, &live);
    look(subject, &id, &live).await?;
    identified(subject, &id, &token).await?;
    name_taken(subject, &calls).await;
    denied_reads(subject, &id, &token).await?;
    changes(subject, &id, names).await?;

    let live = subject.ready(&id).await?;
    let before = subject.with_local(&live.inputs);
    other.delete(&id, before.clone()).await.map_err(|fault| format!("delete: {fault}"))?;
    if !subject.sample.lingers {
        subject.gone(&id).await.map_err(|it| format!("deleted behind our back: {it}"))?;
        let found = find(subject, &token).await?;
        subject.expect(found == Found::Absent, || format!("find of what was deleted is {found:?}, not Absent"));
    }
    subject.delete(&id, &before, Harm::Throttle).await.map_err(|it| format!("deleted behind our back: {it}"))?;

    let id = lost_create(subject).await?;
    let live = subject.ready(&id).await?;
    let live = subject.complete(&id, &live).await?;
    subject.settled("created again", &subject.desired.clone(), &live);
    let before = subject.with_local(&live.inputs);
    subject.delete(&id, &before, Harm::DropAnswer).await?;
    if !subject.sample.lingers {
        subject.gone(&id).await?;
    }
    subject.delete(&id, &before, Harm::Throttle).await.map_err(|it| format!("deleted twice: {it}"))
}

async fn adopted(subject: &mut Subject<'_>, names: &Names) -> Result<(), Stopped> {
    let token = place::token();
    let id = adopt(subject).await?.ok_or("adopt finds nothing")?;
    let found = find(subject, &token).await?;
    subject.expect(found == Found::Unproven(id.clone()), || format!("find of what exists is {found:?}"));
    let live = subject.ready(&id).await?;
    let live = subject.complete(&id, &live).await?;
    look(subject, &id, &live).await?;
    denied_reads(subject, &id, &token).await?;
    changes(subject, &id, names).await?;

    let live = subject.ready(&id).await?;
    subject.delete(&id, &live.inputs, Harm::Throttle).await?;
    let kept = subject.read(&id).await?.is_some();
    subject.expect(kept, || "delete deletes what was adopted".to_owned());
    if (subject.kind.inputs)().field("force_destroy").is_none() {
        return Ok(());
    }
    let before = overlaid(&live.inputs, &Tree::map([("force_destroy", Tree::Bool(true))]));
    emptied(subject, &id).await?;
    subject.delete(&id, &before, Harm::Throttle).await?;
    subject.gone(&id).await?;
    let there = adopt(subject).await?;
    subject.expect(there.is_none(), || format!("adopt finds {there:?}, which was deleted"));
    let call = throttled_create(subject).await?;
    if operation_differs(&call).any(|it| it.kind == subject.kind.name) {
        return Ok(());
    }
    let created = subject.create(&token).await?;
    let live = subject.ready(&created.id).await?;
    let live = subject.complete(&created.id, &live).await?;
    subject.settled("made anew", &subject.desired.clone(), &live);
    Ok(())
}

/// Deletes what stands in the way of deleting an adopted object.
pub async fn emptied(subject: &Subject<'_>, id: &Id) -> Result<(), Stopped> {
    let Some(occupants) = &subject.sample.occupants else { return Ok(()) };
    let source = subject.place.drivers.data.get(occupants.listed_by).ok_or("there is no such data source")?;
    let filter = json!({ "filter": [{ "name": occupants.filter, "values": [id.0] }] });
    let listed = source.lookup(Known::from_json(&filter)).await.map_err(|fault| fault.to_string())?;
    let driver = subject.place.driver(occupants.kind);
    for id in listed.get("ids").and_then(Tree::as_list).into_iter().flatten().filter_map(Tree::as_text) {
        let id = Id(id.to_owned());
        let mut read = driver.read(std::slice::from_ref(&id), &Want::Everything).await.map_err(|it| it.to_string())?;
        let live = read.remove(&id).ok_or("an occupant is not there")?;
        driver.delete(&id, live.inputs).await.map_err(|fault| fault.to_string())?;
    }
    Ok(())
}

async fn adopt(subject: &Subject<'_>) -> Result<Option<Id>, Stopped> {
    subject.driver().adopt(subject.desired.clone()).await.map_err(|fault| format!("adopt: {fault}"))
}

/// The engine takes what a create answers for what a read would tell.
fn told_by_create(subject: &mut Subject<'_>, created: &Created, live: &Live) {
    let Some(told) = created.live.as_ref().filter(|it| !created.unfinished && it.phase == Phase::Ready) else { return };
    subject.settled("what create answers", &subject.desired.clone(), told);
    for field in (subject.kind.outputs)().fields.iter().filter(|it| !it.volatile) {
        let value = |it: &Live| it.outputs.get(field.name).map(|it| steady(field.ty, it));
        let (told, read) = (value(told), value(live));
        let shown = |it: &Option<Known>| it.as_ref().map(Known::to_json).unwrap_or_default();
        subject.expect(told == read || argument_differs(subject.kind.name, field.name).is_some(), || {
            format!("create answers output {} as {}, read as {}", field.name, shown(&told), shown(&read))
        });
    }
}

/// What holds for an object that is as desired.
async fn look(subject: &mut Subject<'_>, id: &Id, live: &Live) -> Result<(), Stopped> {
    subject.settled("read back", &subject.desired.clone(), live);
    for field in (subject.kind.outputs)().fields {
        let value = live.outputs.get(field.name).unwrap_or(&Tree::Null);
        let told = field.required != Required::Always || !(value.is_null() || value.as_text() == Some(""));
        let known = argument_differs(subject.kind.name, field.name).is_some();
        subject.expect(told || known, || format!("output {} is not told", field.name));
    }
    let has_id = live.outputs.get("id").and_then(Tree::as_text).is_some_and(|it| !it.is_empty());
    subject.expect(has_id, || "there is no output `id`".to_owned());
    for (tags, name) in [(live.inputs.get("tags"), "tags"), (live.outputs.get("tags_all"), "tags_all")] {
        let shows = tags.and_then(|it| it.get(Token::TAG)).is_some();
        subject.expect(!shows, || format!("`{name}` shows {}", Token::TAG));
    }

    let missing = another(id);
    let ids = [id.clone(), missing.clone()];
    let batch = subject.driver().read(&ids, &Want::Everything).await;
    let batch = batch.map_err(|fault| format!("read of {id} and {missing}, which is not there: {fault}"))?;
    let found: Vec<&Id> = batch.keys().collect();
    subject.expect(found == [id], || format!("read of {id} and {missing}, which is not there, tells {found:?}"));
    let bare = subject.driver().read(&ids[..1], &Want::Only(Default::default())).await;
    let bare = bare.map_err(|fault| format!("read that wants nothing: {fault}"))?;
    subject.expect(bare.contains_key(id), || "read that wants nothing finds nothing".to_owned());
    let located = subject.driver().locate(&id.0).await.map_err(|fault| format!("locate: {fault}"))?;
    subject.expect(located == *id, || format!("locate of {id} is {located}"));
    let obstacles = subject.driver().obstacles(id, subject.with_local(&live.inputs)).await;
    let obstacles = obstacles.map_err(|fault| format!("obstacles: {fault}"))?;
    subject.expect(obstacles.is_empty(), || format!("obstacles to deleting it: {obstacles:?}"));

    subject.place.take_calls();
    let same = subject.with_local(&live.inputs);
    subject.update(id, &same, &same).await?;
    let calls = subject.place.take_mutations();
    subject.expect(calls.is_empty(), || format!("an update of nothing makes {calls:?}"));
    Ok(())
}

/// Whose an object is.
async fn identified(subject: &mut Subject<'_>, id: &Id, token: &Token) -> Result<(), Stopped> {
    let found = find(subject, token).await?;
    let ours = match found {
        Found::Ours(ref it) => it == id,
        Found::Unproven(ref it) => it == id && !subject.kind.marked,
        Found::Foreign(_) | Found::Absent => false,
    };
    subject.expect(ours, || format!("find of what was created is {found:?}"));
    let found = find(subject, &place::token()).await?;
    let name_is_identity = subject.kind.identity == Identity::Name;
    let foreign = match found {
        Found::Foreign(ref it) => it == id,
        Found::Absent => !name_is_identity,
        Found::Unproven(ref it) => it == id && !subject.kind.marked,
        Found::Ours(_) => false,
    };
    subject.expect(foreign, || format!("find with another's token is {found:?}"));
    Ok(())
}

/// A name that is taken is a conflict, and the object stays whose it was.
async fn name_taken(subject: &mut Subject<'_>, create: &[String]) {
    let kind = subject.kind;
    let lenient = create.iter().flat_map(|it| operation_differs(it)).any(|it| it.kind == kind.name);
    if kind.identity != Identity::Name || !kind.marked || lenient {
        return;
    }
    let done = subject.driver().create(subject.sent(), &place::token()).await;
    let told = match &done {
        Ok(_) => "succeeds".to_owned(),
        Err(fault) => format!("is {:?}: {fault}", fault.kind),
    };
    let conflict = matches!(&done, Err(fault) if fault.kind == FaultKind::Conflict);
    subject.expect(conflict, || format!("create with a name that is taken {told}, and is no Conflict"));
}

/// Sets and changes each argument, and clears it where removing it means that.
async fn changes(subject: &mut Subject<'_>, id: &Id, names: &Names) -> Result<(), Stopped> {
    for change in &subject.sample.changes {
        let name = change.argument;
        let Some(field) = (subject.kind.inputs)().field(name) else { continue };
        // How the emulator fails at it does not matter.
        let known = argument_differs(subject.kind.name, name).is_some();
        for (index, values) in change.values.iter().enumerate() {
            let values = fill(subject.kind, values, names);
            let harm = if index == 0 { Harm::Throttle } else { Harm::DropAnswer };
            let so_far = subject.wrong.len();
            if let Err(stopped) = to(subject, id, &values, harm).await {
                subject.wrong.push(stopped);
            }
            about(subject, so_far, known, &format!("`{name}` to {}", values.to_json()));
        }
        let so_far = subject.wrong.len();
        if let Err(stopped) = removed(subject, id, field).await {
            subject.wrong.push(stopped);
        }
        about(subject, so_far, known, &format!("`{name}` removed"));
    }
    Ok(())
}

/// Says what new breaches are about; drops those that the emulator is known for.
fn about(subject: &mut Subject<'_>, so_far: usize, known: bool, what: &str) {
    let new = subject.wrong.split_off(so_far);
    if !known {
        subject.wrong.extend(new.into_iter().map(|it| format!("{what}: {it}")));
    }
}

async fn to(subject: &mut Subject<'_>, id: &Id, values: &Known, harm: Harm) -> Result<(), Stopped> {
    let before = subject.ready(id).await?;
    let live = subject.change(id, values, harm).await?;
    subject.settled("read back", values, &live);
    for field in (subject.kind.inputs)().fields.iter().filter(|it| !it.computed && values.get(it.name).is_none()) {
        let (was, is) = (before.inputs.get(field.name), live.inputs.get(field.name));
        let shown = |it: Option<&Known>| it.map(Known::to_json).unwrap_or_default();
        subject.expect(was == is || argument_differs(subject.kind.name, field.name).is_some(), || {
            format!("{} changed too, from {} to {}", field.name, shown(was), shown(is))
        });
    }
    Ok(())
}

/// What removing an argument from the manifest means, and that AWS did it.
async fn removed(subject: &mut Subject<'_>, id: &Id, field: &Field) -> Result<(), Stopped> {
    let value = match field.removal {
        Removal::Clear => Tree::Null,
        Removal::Default => field.default.map_or(Tree::Null, |it| it.to_known()),
        Removal::Keep => return Ok(()),
    };
    if field.required != Required::No || field.write_only || field.local || matches!(field.replace, Replace::Always) {
        return Ok(());
    }
    let before = subject.ready(id).await?.inputs.get(field.name).cloned().unwrap_or(Tree::Null);
    let already = if value.is_null() { is_off(field, &before) } else { equal(field, &value, &before) };
    if already {
        return Ok(());
    }
    let live = subject.change(id, &Tree::map([(field.name, value.clone())]), Harm::DropAnswer).await?;
    let after = live.inputs.get(field.name).unwrap_or(&Tree::Null);
    let done = match field.removal {
        Removal::Clear => is_off(field, after),
        Removal::Default | Removal::Keep => equal(field, &value, after) || after.is_null(),
    };
    subject.expect(done, || format!("it is {}", after.to_json()));
    Ok(())
}

/// A block that AWS always tells is cleared when everything in it is off, zero or AWS's own.
fn is_off(field: &Field, live: &Known) -> bool {
    let is_zero = |it: &Known| is_nothing(it) || matches!(it, Tree::Bool(false) | Tree::Int(0));
    match (field.ty, live) {
        (Type::Block(_), Tree::Map(members)) => members.values().all(is_zero),
        _ => is_zero(live),
    }
}

/// Makes what a sample refers to; answers what references mean.
async fn needs(place: &Place, sample: &Sample) -> Result<Names, Stopped> {
    let mut names = Names::new();
    names.insert(String::new(), zones(place).await?);
    for need in &sample.needs {
        let kind = place.driver(need.kind).kind();
        let desired = fill(kind, &need.arguments, &names);
        let mut subject = Subject { kind, sample, place, desired, wrong: Vec::new() };
        let at = |stopped: Stopped| format!("needs {}: {stopped}", need.name);
        let live = if is_adopted(kind) {
            let id = adopt(&subject).await.map_err(at)?.ok_or_else(|| at("nothing to adopt".to_owned()))?;
            let live = subject.ready(&id).await.map_err(at)?;
            subject.complete(&id, &live).await.map_err(at)?
        } else {
            let created = subject.create(&place::token()).await.map_err(at)?;
            match created.live.filter(|_| created.unfinished) {
                Some(live) => subject.complete(&created.id, &live).await.map_err(at)?,
                None => subject.ready(&created.id).await.map_err(at)?,
            }
        };
        names.insert(need.name.to_owned(), attributes(&live));
    }
    Ok(names)
}

/// What references to an object see.
pub fn attributes(live: &Live) -> BTreeMap<String, Known> {
    let mut attributes = live.inputs.as_map().cloned().unwrap_or_default();
    attributes.extend(live.outputs.as_map().cloned().unwrap_or_default());
    attributes.extend(ipv6_subnet(&attributes));
    attributes
}

/// The second `/64` of a VPC's IPv6 range, which only AWS knows.
fn ipv6_subnet(attributes: &BTreeMap<String, Known>) -> Option<(String, Known)> {
    let range = attributes.get("ipv6_cidr_block").and_then(Tree::as_text)?;
    let network = range.strip_suffix("00::/56")?;
    Some(("ipv6_subnet".to_owned(), Tree::text(format!("{network}01::/64"))))
}

/// What samples may say about the place.
pub async fn zones(place: &Place) -> Result<BTreeMap<String, Known>, Stopped> {
    let source = place.drivers.data.get("aws_availability_zones").ok_or("there is no aws_availability_zones")?;
    let found = source.lookup(Tree::Map(BTreeMap::new())).await.map_err(|fault| fault.to_string())?;
    let zones = found.get("names").and_then(Tree::as_list).unwrap_or_default();
    let zone = |index: usize| zones.get(index).cloned().ok_or("the region has too few zones");
    Ok(BTreeMap::from([
        ("region".to_owned(), Tree::text(place.aws.region())),
        ("account".to_owned(), Tree::text(place.aws.account())),
        ("zone_a".to_owned(), zone(0)?),
        ("zone_b".to_owned(), zone(1)?),
    ]))
}

/// An id of the same form that nothing has.
fn another(id: &Id) -> Id {
    let mut text = id.0.clone();
    let last = text.pop();
    text.push(if last == Some('1') { '2' } else { '1' });
    Id(text)
}
