"""Names in a text become links to the reference, and only where that does no harm."""

from types import SimpleNamespace

import pytest

from tools.site_links import identifier, on_page_content


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Receipt", "openqq_nb.Receipt"),
        ("oq.demo", "openqq_nb.demo"),
        ("my.friends", "openqq_nb.Account.friends"),
        ("my.aio.friends", "openqq_nb.account.aio.AsyncAccount.friends"),
        ("my.simulator", "openqq_nb.simulator.Simulator"),
        ("my.simulator.say", "openqq_nb.simulator.Simulator.say"),
        ("inbox.wait", "openqq_nb.Inbox.wait"),
        ("Message", "openqq_nb.inbox.message.Message"),
        ("log.report", "openqq_nb.Log.report"),
        ("oq.analysis.ranking", "openqq_nb.analysis.ranking"),
        ("oq.charts.ranking", "openqq_nb.charts.ranking"),
        ("picture.save", "openqq_nb.charts.Picture.save"),
        ("run", None),  # a word like others; `oq.run` is the function
        ("frame.groupby", None),
        ("DataFrame", None),
    ],
)
def test_a_name_is_looked_for_where_the_reference_has_it(name: str, place: str | None) -> None:
    assert identifier(name) == place


def shown(html: str, url: str = "guide/sending.html") -> str:
    return on_page_content(html, page=SimpleNamespace(url=url))


@pytest.mark.parametrize("call", ["my.friends", "my.friends()", "my.friends(…)"])
def test_a_name_or_a_call_in_a_text_becomes_a_link(call: str) -> None:
    wanted = '<autoref optional identifier="openqq_nb.Account.friends">'
    assert shown(f"<p><code>{call}</code></p>") == f"<p>{wanted}<code>{call}</code></autoref></p>"


def test_a_schema_leads_to_its_table() -> None:
    code = "<code>schema.DISCUSS_MEMBERS</code>"
    assert shown(code) == f'<a href="../columns.html#discuss-members">{code}</a>'
    assert shown(code, "index.html") == f'<a href="columns.html#discuss-members">{code}</a>'


def test_the_columns_of_an_answer_lead_to_their_table() -> None:
    code = "<code>results.NIGHT_OWLS</code>"
    assert shown(code) == f'<a href="../columns.html#night-owls">{code}</a>'


@pytest.mark.parametrize(
    "html",
    [
        '<a href="x.html"><code>oq.Reply</code></a>',
        '<autoref identifier="x"><code>oq.Reply</code></autoref>',
        "<h2>How <code>oq.run</code> waits</h2>",
        "<pre><span></span><code>oq.Reply</code></pre>",
        "<code>qq=</code>",
    ],
)
def test_links_headings_and_blocks_of_code_stay_as_they_are(html: str) -> None:
    assert shown(html) == html


def test_an_attribute_in_a_list_gets_an_anchor() -> None:
    item = '<li class="doc-section-item field-body">\n<b><code><autoref identifier="openqq_nb.Receipt.ok" optional>'
    assert shown(item).startswith('<li id="openqq_nb.Receipt.ok" ')
