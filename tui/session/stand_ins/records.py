"""What comes from elsewhere than the marketplace, told to the stand-ins: files of earlier sittings, traffic, tokens.

Each function does nothing until stand-ins were wanted once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tui.session.stand_ins.known import Kind
from tui.session.stand_ins.learning import learn_claims, learn_json, learn_party

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON
    from tui.sandbox.outbox import Message
    from tui.session.attempt_record import AttemptRecord
    from tui.session.declared.document import Document
    from tui.session.record import Entry, Record
    from tui.session.session import Session
    from tui.session.stand_ins.known import StandIns
    from tui.session.traffic_groups import Group
    from tui.session.traffic_requests import Request


def learn_entries(session: Session, entries: Iterable[Entry]) -> None:
    """Learn what entries of the journal name."""
    if (stand_ins := session.stand_ins) is not None:
        for entry in entries:
            stand_ins.name(Kind.SELLER, entry.by.marketplace)
            stand_ins.id(Kind.USER, entry.by.who)
            _learn_record(entry.record, stand_ins)


def _learn_record(record: Record, stand_ins: StandIns) -> None:
    its = (record.api_client_id,) if record.api_client_id else ()
    stand_ins.name(Kind.API_CLIENT, record.name, *its)
    stand_ins.id(Kind.API_CLIENT, record.api_client_id)
    for company in record.companies:
        learn_party(company, stand_ins)
    for fields in (record.before, record.after):
        learn_json(fields, Kind.API_CLIENT, stand_ins)
    for part in record.parts:
        _learn_record(part, stand_ins)


def learn_attempts(session: Session, records: Iterable[AttemptRecord]) -> None:
    """Learn what attempts name."""
    if (stand_ins := session.stand_ins) is not None:
        for record in records:
            sent = record.sent
            stand_ins.name(Kind.API_CLIENT, sent.app_name, sent.api_client_id)
            stand_ins.id(Kind.API_CLIENT, sent.api_client_id)
            for user in (sent.username, sent.caller, record.outcome.usr):
                stand_ins.id(Kind.USER, user)
            for each in (sent.anon_user_id, sent.connect):
                stand_ins.id(Kind.THING, each)


def learn_requests(session: Session, requests: Iterable[Request], groups: Iterable[Group]) -> None:
    """Learn what requests name that a file holds or others have sent, one by one or in groups."""
    if (stand_ins := session.stand_ins) is not None:
        for request in requests:
            stand_ins.id(Kind.API_CLIENT, request.cid)
            stand_ins.id(Kind.USER, request.user)
        for group in groups:
            stand_ins.id(Kind.API_CLIENT, group.cid)
            for user in group.users:
                stand_ins.id(Kind.USER, user)


def learn_messages(session: Session, messages: Iterable[Message]) -> None:
    """Learn what the sandbox's mail names, and its codes."""
    if (stand_ins := session.stand_ins) is not None:
        for message in messages:
            stand_ins.id(Kind.USER, message.username)
            stand_ins.email(message.recipient, message.username)
            stand_ins.name(Kind.API_CLIENT, message.app_name)
            stand_ins.secret(message.code or "")


def learn_document(session: Session, document: Document) -> None:
    """Learn what a file of API clients names."""
    if (stand_ins := session.stand_ins) is not None:
        stand_ins.name(Kind.SELLER, document.marketplace_name, *filter(None, (document.marketplace_id,)))
        stand_ins.id(Kind.SELLER, document.marketplace_id)
        for entry in document.api_clients:
            stand_ins.name(Kind.API_CLIENT, entry.name, *filter(None, (entry.id,)))
            stand_ins.id(Kind.API_CLIENT, entry.id)
        for kind, ids in document.refers_to().items():
            its = {"buyer": Kind.BUYER, "supplier": Kind.SUPPLIER, "user": Kind.USER}.get(kind.value, Kind.THING)
            for each in ids:
                stand_ins.id(its, each)
            for each, name in document.references.get(kind, {}).items():
                stand_ins.id(its, each)
                stand_ins.name(Kind.THING if its is Kind.USER else its, name, each)  # of a user, its company's


def learn_reading(session: Session, claims: Mapping[str, JSON]) -> None:
    """Learn what the claims of a token name."""
    if (stand_ins := session.stand_ins) is not None:
        learn_claims(claims, stand_ins)
