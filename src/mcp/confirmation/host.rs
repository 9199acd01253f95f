//! How a person is reached: by the client before 2026, by a result that asks for input since, and by the model where the
//! client cannot ask.

use std::collections::BTreeMap;

use rmcp::{
    RoleServer, ServiceError,
    model::{
        BooleanSchema, ClientResult, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction,
        ElicitationCapability, ElicitationSchema, InputRequest, InputRequiredResult, InputResponses,
        PrimitiveSchemaDefinition, ProtocolVersion, ServerRequest,
    },
    service::{PeerRequestOptions, RequestContext},
};
use serde::Deserialize as _;
use serde_json::Value;

use super::{Binding, Confirmations, Language, Preview, Proposal, parsed, seal::Bearer};
use crate::{
    clock,
    error::{Error, Result},
    mcp::views,
};

/// What a call comes back with.
pub enum Reply {
    /// The tool's answer, as JSON.
    Done(String),
    /// The client is to ask first, and to call again with the answer.
    Input(InputRequiredResult),
}

/// Whether a person said yes to a proposal at once, or the answer comes with another call.
pub enum Asked {
    Yes,
    Later(Reply),
}

/// What a call brings along of one before, in which the question was put.
pub enum Brought {
    Nothing,
    /// A sealed yes, from the model or from the client.
    Yes(Bearer, String),
    /// What the client was given to bring a yes back with; and that the person did not say yes.
    No(String, Error),
}

/// Names of our own in what is asked for.
const ASKED: &str = "confirmation";
const FIELD: &str = "confirm";

/// The client's side of one call.
pub struct Host<'a> {
    pub confirmations: &'a Confirmations,
    context: &'a RequestContext<RoleServer>,
    state: Option<String>,
    responses: Option<InputResponses>,
}

impl<'a> Host<'a> {
    pub fn new(
        confirmations: &'a Confirmations,
        context: &'a RequestContext<RoleServer>,
        state: Option<String>,
        responses: Option<InputResponses>,
    ) -> Self {
        Self { confirmations, context, state, responses }
    }

    /// What came along with the call. Where the client can ask, a token of the model's counts for nothing.
    pub fn brought(&self, token: Option<String>) -> Brought {
        if let Some(token) = token.filter(|_| !self.can_ask()) {
            return Brought::Yes(Bearer::Model, token);
        }
        let answer = self.responses.as_ref().and_then(|responses| responses.get(ASKED));
        let (Some(state), Some(answer)) = (&self.state, answer) else { return Brought::Nothing };
        match said_yes(ElicitResult::deserialize(answer).ok()) {
            Ok(()) => Brought::Yes(Bearer::Client, state.clone()),
            Err(no) => Brought::No(state.clone(), no),
        }
    }

    /// Puts a proposal to the person, in the best way that this client has.
    ///
    /// # Errors
    /// [`Error::Conflict`] where the person did not say yes.
    pub async fn ask(&self, proposal: &Proposal, binding: &Binding<'_>) -> Result<Asked> {
        let stateless =
            self.context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
        match (self.can_ask(), stateless) {
            (true, false) => self.elicit(proposal).await.map(|()| Asked::Yes),
            (true, true) => {
                let requests =
                    [(ASKED.to_owned(), InputRequest::Elicitation(ElicitRequest::new(form(proposal))))];
                let state = self.confirmations.seal(&proposal.yes, Bearer::Client, binding);
                let result = InputRequiredResult::new(Some(requests.into()), Some(state));
                Ok(Asked::Later(Reply::Input(result)))
            }
            (false, _) => self.preview(proposal, binding).map(|text| Asked::Later(Reply::Done(text))),
        }
    }

    /// A client that names no mode has forms: the others came later.
    fn can_ask(&self) -> bool {
        let forms = |it: ElicitationCapability| it.form.is_some() || it.url.is_none();
        self.context.client_capabilities().and_then(|client| client.elicitation).is_some_and(forms)
    }

    /// Asks through the client and waits: as long as a yes would hold, or until the call is cancelled. Neither a connection
    /// nor a lock is held meanwhile.
    async fn elicit(&self, proposal: &Proposal) -> Result<()> {
        let request = ServerRequest::ElicitRequest(ElicitRequest::new(form(proposal)));
        let options = PeerRequestOptions::with_timeout(self.confirmations.valid_for);
        let asked = self.context.peer.send_request_with_option(request, options).await;
        let asked = asked.map_err(|error| not_asked(&error))?;
        let (peer, id) = (asked.peer.clone(), asked.id.clone());
        tokio::select! {
            answer = asked.await_response() => match answer {
                Ok(ClientResult::ElicitResult(answer)) => said_yes(Some(answer)),
                Ok(_) => said_yes(None),
                Err(error) => Err(not_asked(&error)),
            },
            () = self.context.ct.cancelled() => {
                let reason = Some("the call that it was asked for was cancelled".to_owned());
                let cancelled = rmcp::model::CancelledNotificationParam::new(Some(id), reason);
                // the client may be gone
                let _ = peer.notify_cancelled(cancelled).await;
                Err(Error::conflict("The call was cancelled while the person was asked: nothing was done.", ""))
            }
        }
    }

    fn preview(&self, proposal: &Proposal, binding: &Binding<'_>) -> Result<String> {
        let expires_at = clock::now() + self.confirmations.valid_for;
        let expires_at = views::moment(expires_at.truncate_to_second());
        let preview = Preview {
            summary: format!(
                "Nothing was done yet: this cannot be undone, so a person is asked first. Show them the question, the client \
                 and the preview. Only after their yes, call {} again with the same arguments and the confirmation_token, \
                 by {expires_at}.",
                binding.tool
            ),
            confirmation_required: true,
            question: proposal.question.text(proposal.language),
            client_name: proposal.question.client.clone(),
            preview: parsed(&proposal.preview)?,
            confirmation_token: self.confirmations.seal(&proposal.yes, Bearer::Model, binding),
            expires_at,
        };
        serde_json::to_string(&preview).map_err(|error| Error::internal("preview", error))
    }
}

/// Our words, and one field to tick, beside which stands whom it concerns. Hosts that accept a form unread leave it empty.
fn form(proposal: &Proposal) -> ElicitRequestParams {
    let Proposal { question, language, .. } = proposal;
    let yes = match language {
        Language::Es => "Sí, hacerlo",
        Language::En => "Yes, do it",
    };
    let field = BooleanSchema::new().title(yes).description(question.client_line(*language));
    let fields = BTreeMap::from([(FIELD.to_owned(), PrimitiveSchemaDefinition::Boolean(field))]);
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: question.text(*language),
        requested_schema: ElicitationSchema::new(fields).with_required(vec![FIELD.to_owned()]),
    }
}

fn said_yes(answer: Option<ElicitResult>) -> Result<()> {
    let problem = match answer {
        Some(ElicitResult { action: ElicitationAction::Accept, content, .. })
            if content.as_ref().and_then(|content| content.get(FIELD)) == Some(&Value::Bool(true)) =>
        {
            return Ok(());
        }
        Some(ElicitResult { action: ElicitationAction::Accept, .. }) => {
            "The form came back without a yes in it: nothing was done."
        }
        Some(ElicitResult { action: ElicitationAction::Decline, .. }) => {
            "The person said no: nothing was done."
        }
        _ => "The person closed the question without an answer: nothing was done.",
    };
    Err(Error::conflict(problem, "Leave it as it is, unless they ask for it again."))
}

fn not_asked(error: &ServiceError) -> Error {
    let problem = match error {
        ServiceError::Timeout { .. } => "Nobody answered the question in time: nothing was done.",
        _ => "The question could not be put to the person: nothing was done.",
    };
    Error::conflict(problem, "Call again when they are there to answer.")
}
