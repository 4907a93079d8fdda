"""An instance's folders become one `Content`, or every fault with its file and line."""

from pathlib import Path
from types import MappingProxyType

from privacy_engine.config import load_settings
from privacy_engine.errors import ContentFaults, Fault
from privacy_engine.instance import data_map, disclosed, parent_words, terms
from privacy_engine.instance.checks import cross_faults
from privacy_engine.instance.default_law import default_law_faults
from privacy_engine.instance.document_files import read_documents, read_templates
from privacy_engine.instance.model import (
    Content,
    Promise,
    Purpose,
    Recipient,
    RetentionRow,
    Step,
    Workflow,
)
from privacy_engine.instance.reading import Sheet, Table, read_text
from privacy_engine.instance.statement_tables import table_faults
from privacy_engine.law.periods import Period

_BEHIND_TABLES = frozenset({terms.RETENTION_FILE, terms.DATA_MAP_FILE, terms.RECIPIENTS_FILE})


def load(root: Path) -> Content:
    """Return everything that the instance in `root` declares.

    Raises:
        ContentFaults: every fault of every file, sorted by path and line; nothing is loaded
            in part, so what runs is always a whole and consistent declaration.
    """
    content, faults = examine(root)
    if faults:
        raise ContentFaults(faults)
    return content


def load_data_map(root: Path) -> data_map.DataMap:
    """Return the data map alone, whatever is wrong in the files that name what it names.

    Raises:
        ContentFaults: every fault of its own.
    """
    faults: list[Fault] = []
    found = _data_map(root, faults)
    if faults:
        raise ContentFaults(sorted(faults))
    return found


def examine(root: Path) -> tuple[Content, list[Fault]]:
    """Return what could be read, and every fault, sorted; for tools that show both."""
    faults: list[Fault] = []
    content = Content(
        root=root,
        purposes=_purposes(root, faults),
        documents=read_documents(root, faults),
        retention=_retention(root, faults),
        promises=_promises(root, faults),
        workflows=_workflows(root, faults),
        recipients=_recipients(root, faults),
        templates=read_templates(root, faults),
        data_map=_data_map(root, faults),
        disclosed=disclosed.read(root, faults),
        default_language=_language(root),
    )
    faults += [*cross_faults(content), *default_law_faults(root)]
    # A fault in what tables are made from would otherwise be told once more for each table.
    if not any(fault.path in _BEHIND_TABLES for fault in faults):
        faults += table_faults(content)
    return content, sorted(set(faults))


def _language(root: Path) -> str:
    """Return the language that config.toml names; the settings tell what is wrong with it."""
    try:
        return load_settings(root).instance.language
    except ContentFaults:
        return "en"


def _purposes(root: Path, faults: list[Fault]) -> tuple[Purpose, ...]:
    sheet = Sheet(root, terms.PURPOSES_FILE, faults)
    found = tuple(_purpose(table) for table in sheet.array("purpose"))
    sheet.done()
    return found


def _purpose(table: Table) -> Purpose:
    rule = table.one_of("rule", terms.PurposeRule)
    purpose = Purpose(
        code=table.code("code"),
        title=table.text("title"),
        description=table.text("description"),
        rule=rule,
        default_permitted=table.flag(
            "default_permitted", default=rule is not terms.PurposeRule.OPT_IN
        ),
        service=table.code("service"),
        marketing=table.flag("marketing", default=False),
        sale=table.flag("sale", default=False),
        sharing=table.flag("sharing", default=False),
        sensitive=table.flag("sensitive", default=False),
        under_13=parent_words.under_13(table),
        parent=parent_words.read(table),
        parent_choice=parent_words.choice(table),
        reask_clause=table.optional("reask_clause"),
        expires=table.period("expires"),
        recipients=table.texts("recipients"),
        channel=table.one_of("channel", terms.Channel, terms.Channel.EMAIL),
        where=table.where,
    )
    table.done()
    return purpose


def _recipients(root: Path, faults: list[Fault]) -> tuple[Recipient, ...]:
    sheet = Sheet(root, terms.RECIPIENTS_FILE, faults)
    found = tuple(_recipient(table) for table in sheet.array("recipient"))
    sheet.done()
    return found


def _recipient(table: Table) -> Recipient:
    recipient = Recipient(
        code=table.code("code"),
        title=table.text("title"),
        role=table.one_of("role", terms.RecipientRole),
        notify=table.one_of("notify", terms.Notify, terms.Notify.NONE),
        url_setting=table.text("url_setting", ""),
        categories=table.texts("categories", required=True),
        address=table.text("address", ""),
        where=table.where,
    )
    table.done()
    return recipient


def _retention(root: Path, faults: list[Fault]) -> tuple[RetentionRow, ...]:
    sheet = Sheet(root, terms.RETENTION_FILE, faults)
    found = tuple(_retention_row(table) for table in sheet.array("series"))
    sheet.done()
    return found


def _retention_row(table: Table) -> RetentionRow:
    row = RetentionRow(
        series=table.code("code"),
        title=table.text("title"),
        systems=table.texts("systems", required=True),
        categories=table.texts("categories", required=True),
        purposes=table.texts("purposes", required=True),
        business_need=table.text("business_need"),
        ground=table.one_of("ground", terms.Ground),
        citation=table.text("citation"),
        trigger=table.text("trigger"),
        period=table.needed_period("period"),
        disposition=table.one_of("disposition", terms.Disposition),
        exceptions=table.texts("exceptions"),
        owner=table.text("owner"),
        review_on=table.day("review_on"),
        confidence=table.text("confidence"),
        least_clause=table.optional("least_clause"),
        most_clause=table.optional("most_clause"),
        approval=table.one_of("approval", terms.Approval, default=terms.Approval.EACH_RUN),
        source=table.text("source", "from you, or from your use of the site"),
        children=table.flag("children", default=True),
        where=table.where,
    )
    table.done()
    return row


def _promises(root: Path, faults: list[Fault]) -> tuple[Promise, ...]:
    sheet = Sheet(root, terms.PROMISES_FILE, faults)
    found = tuple(_promise(table) for table in sheet.array("promise"))
    sheet.done()
    return found


def _promise(table: Table) -> Promise:
    promise = Promise(
        id=table.text("id"),
        title=table.text("title"),
        document=table.code("document"),
        since=table.text("since"),
        until=table.optional("until"),
        check=table.one_of("check", terms.PromiseCheck),
        parameters=table.options("parameters"),
        flag=table.text("flag", ""),
        where=table.where,
    )
    table.done()
    return promise


def _workflows(root: Path, faults: list[Fault]) -> tuple[Workflow, ...]:
    paths = sorted((root / "workflows").glob("*.toml"))
    if not paths:
        faults.append(Fault("workflows", 1, "the folder holds no workflow"))
    return tuple(_workflow(root, path.relative_to(root).as_posix(), faults) for path in paths)


def _workflow(root: Path, path: str, faults: list[Fault]) -> Workflow:
    sheet = Sheet(root, path, faults)
    head = sheet.table("workflow")
    steps: list[Step] = []
    for table in sheet.array("step"):
        steps.append(_step(table, steps[-1].code if steps else None))
    workflow = Workflow(
        code=head.code("code"),
        title=head.text("title"),
        rights=head.texts("rights"),
        jurisdictions=head.texts("jurisdictions", required=True),
        steps=tuple(steps),
        where=head.where,
    )
    if workflow.code and workflow.code != Path(path).stem:
        head.fault("code", f"code {workflow.code!r} differs from the file's name")
    head.done()
    sheet.done()
    return workflow


def _step(table: Table, previous: str | None) -> Step:
    written = "after" in table.values
    after = table.texts("after")
    options = table.options("options")
    held = options.get(terms.HOLD_DAYS)
    step = Step(
        code=table.code("code"),
        kind=table.one_of("kind", terms.StepKind),
        title=table.text("title"),
        after=after if written or previous is None else (previous,),
        due=table.optional("due"),
        actor=table.code("actor", "engine"),
        template=table.optional("template"),
        wait=table.period("wait")
        or (Period(days=held) if isinstance(held, int) and held > 0 else None),
        path=table.optional("path"),
        options=MappingProxyType(dict(options)),
        skip_after=_skip_after(table),
        where=table.where,
    )
    table.done()
    return step


def _skip_after(table: Table) -> tuple[str, str] | None:
    """Return step and outcome of `skip_after = ["step", "outcome"]`, or None."""
    given = table.texts("skip_after")
    if not given:
        return None
    if len(given) != 2:
        table.fault("skip_after", "skip_after is a step and an outcome of it")
        return None
    return given[0], given[1]


def _data_map(root: Path, faults: list[Fault]) -> data_map.DataMap:
    text = read_text(root, terms.DATA_MAP_FILE, faults)
    found, its_faults = data_map.parse(terms.DATA_MAP_FILE, text)
    faults += its_faults
    return found
