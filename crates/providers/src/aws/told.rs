//! What AWS told already and need not be asked again.
//!
//! In: a question with a name, and how to ask it. Out: the answer, asked for once however many
//! kinds want it at the same time. Only what is there is kept: what is not may still come. It must
//! not know what the questions are about.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use driver::Fault;
use tokio::sync::OnceCell;

use super::calls::{is_read, operation};

/// How long an answer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// As long as the connection.
    ForGood,
    /// Until the connection makes its first mutating call: that is, while everything is observed
    /// for a plan. Not for kinds that settle, because what is waited for changes by itself.
    UntilChanged,
}

/// The answers of one connection, shared by all its clients.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    answers: Arc<Mutex<Answers>>,
    changed: Arc<AtomicBool>,
}

/// By the type of the answer and the name of the question.
type Answers = BTreeMap<(TypeId, String), Arc<dyn Any + Send + Sync>>;

impl Told {
    /// Asks, unless that was done before or is being done.
    pub async fn once<T: Clone + Send + Sync + 'static>(
        &self,
        question: String,
        stands: Stands,
        ask: impl Future<Output = Result<Option<T>, Fault>>,
    ) -> Result<Option<T>, Fault> {
        if stands == Stands::UntilChanged && self.changed.load(Ordering::Relaxed) {
            return ask.await;
        }
        let told =
            self.cell::<T>(question).get_or_try_init(|| async { ask.await.map_err(Some)?.ok_or(None) }).await.cloned();
        match told {
            Ok(answer) => Ok(Some(answer)),
            Err(None) => Ok(None),
            Err(Some(fault)) => Err(fault),
        }
    }

    fn cell<T: Send + Sync + 'static>(&self, question: String) -> Arc<OnceCell<T>> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let none = || Arc::new(OnceCell::<T>::new()) as Arc<dyn Any + Send + Sync>;
        let cell = Arc::clone(answers.entry((TypeId::of::<T>(), question)).or_insert_with(none));
        cell.downcast().unwrap_or_default()
    }
}

impl Intercept for Told {
    fn name(&self) -> &'static str {
        "Told"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !is_read(&operation(config)) {
            self.changed.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn what_is_there_is_asked_for_once_and_what_is_not_again() {
        let told = Told::default();
        let asked = Cell::new(0);
        let ask = |stands, question: &str, answer: Option<u32>| {
            let question = question.to_owned();
            let (told, asked) = (&told, &asked);
            async move {
                let ask = async {
                    asked.set(asked.get() + 1);
                    tokio::task::yield_now().await;
                    Ok(answer)
                };
                told.once(question, stands, ask).await
            }
        };
        let stands = Stands::UntilChanged;
        let both = tokio::join!(ask(stands, "a", Some(1)), ask(stands, "a", Some(1)));
        assert_eq!((both, asked.get()), ((Ok(Some(1)), Ok(Some(1))), 1));
        assert_eq!((ask(stands, "b", None).await, ask(stands, "b", None).await, asked.get()), (Ok(None), Ok(None), 3));
        assert_eq!((ask(Stands::ForGood, "c", Some(3)).await, asked.get()), (Ok(Some(3)), 4));
        told.changed.store(true, Ordering::Relaxed);
        assert_eq!((ask(stands, "a", Some(5)).await, asked.get()), (Ok(Some(5)), 5));
        assert_eq!((ask(Stands::ForGood, "c", Some(6)).await, asked.get()), (Ok(Some(3)), 5));
    }
}
