//! Drives one kind through its erased driver, as the engine does.
//!
//! In: arguments as JSON. Out: what the driver answers, where anything but success fails the
//! test. It must not know any resource type.

use std::collections::BTreeMap;

use driver::{Created, Driver, Fault, Found, Live, Token, Want};
use model::{Id, Known};
use providers::aws::Aws;
use serde_json::Value as Json;

/// The driver of one kind.
pub struct Drive {
    driver: Box<dyn Driver>,
}

/// The token of a create; the digit tells creates apart.
pub fn token(digit: u8) -> Token {
    Token(format!("{digit:08}-0000-4000-8000-000000000000"))
}

/// The names of a read that is for these only.
pub fn only(names: &[&str]) -> Want {
    Want::Only(names.iter().map(|it| (*it).to_owned()).collect())
}

impl Drive {
    /// The driver of a kind on a connection.
    pub fn of(aws: &Aws, kind: &str) -> Self {
        Self { driver: providers::drivers(aws).resources.remove(kind).expect("the kind exists") }
    }

    pub async fn try_create(&self, inputs: &Json, digit: u8) -> Result<Created, Fault> {
        self.driver.create(Known::from_json(inputs), &token(digit)).await
    }

    pub async fn create(&self, inputs: &Json, digit: u8) -> Created {
        self.try_create(inputs, digit).await.expect("creates")
    }

    pub async fn find(&self, inputs: &Json, digit: u8) -> Found {
        self.driver.find(Known::from_json(inputs), &token(digit)).await.expect("finds")
    }

    pub async fn read_all(&self, ids: &[Id], want: &Want) -> BTreeMap<Id, Live> {
        self.driver.read(ids, want).await.expect("reads")
    }

    pub async fn read(&self, id: &Id) -> Option<Live> {
        self.read_all(std::slice::from_ref(id), &Want::Everything).await.remove(id)
    }

    pub async fn live(&self, id: &Id) -> Live {
        self.read(id).await.expect("it is there")
    }

    /// Reads, overlays the live arguments with others, and updates. Answers the arguments read
    /// again.
    pub async fn update(&self, id: &Id, changes: &Json) -> Json {
        let before = self.live(id).await.inputs;
        let Known::Map(mut after) = before.clone() else { panic!("arguments are a map") };
        for (name, value) in changes.as_object().expect("changes are a map") {
            after.insert(name.clone(), Known::from_json(value));
        }
        self.driver.update(id, before, Known::Map(after)).await.expect("updates");
        self.live(id).await.inputs.to_json()
    }

    pub async fn try_delete(&self, id: &Id, before: &Json) -> Result<(), Fault> {
        self.driver.delete(id, Known::from_json(before)).await
    }

    /// Deletes, twice, and sees that it is gone.
    pub async fn delete(&self, id: &Id) {
        let before = self.live(id).await.inputs.to_json();
        self.try_delete(id, &before).await.expect("deletes");
        assert!(self.read(id).await.is_none(), "{id} is gone");
        self.try_delete(id, &before).await.expect("a second delete succeeds");
    }

    pub async fn locate(&self, import: &str) -> Result<Id, Fault> {
        self.driver.locate(import).await
    }

    pub async fn obstacles(&self, id: &Id) -> Vec<String> {
        let found = self.driver.obstacles(id, self.live(id).await.inputs).await.expect("looks for obstacles");
        found.into_iter().map(|it| it.reason).collect()
    }
}

/// Fails unless everything in `expected` is in `actual`; lists are compared whole.
pub fn holds(actual: &Json, expected: &Json) {
    for (name, value) in expected.as_object().expect("expected is a map") {
        match (value, &actual[name]) {
            (Json::Object(_), inner @ Json::Object(_)) => holds(inner, value),
            (_, inner) => assert_eq!(inner, value, "`{name}` of {actual:#}"),
        }
    }
}
