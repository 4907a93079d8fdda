from privacy_engine.instance import markdown


def test_a_marker_names_the_one_sentence_before_it():
    body = (
        '# Title\n\nFirst sentence. Second one, by Acme Inc. ("Acme"), goes\n'
        "over two lines. {#SP-02} Third. {#SP-03}\n\n- An item [here](doc:x). {#SP-04}\n"
    )
    found = [(mark.promise, mark.line, mark.sentence) for mark in markdown.markers(body)]
    assert found == [
        ("SP-02", 4, 'Second one, by Acme Inc. ("Acme"), goes over two lines.'),
        ("SP-03", 4, "Third."),
        ("SP-04", 6, "An item here."),
    ]


def test_two_markers_may_stand_for_one_sentence():
    found = markdown.markers("We do both. {#SP-01} {#SP-02}\n")
    assert [mark.sentence for mark in found] == ["We do both.", "We do both."]


def test_what_stands_in_a_code_fence_is_no_promise_and_no_link():
    body = "```\nx {#SP-01} [y](doc:z)\n# no heading\n```\n\n## A heading\n"
    assert markdown.markers(body) == []
    assert markdown.links(body) == []
    assert markdown.heading_ids(body) == ["a-heading"]


def test_headings_get_unlike_anchors():
    body = "# Über uns!\n\n## Same {#SP-01}\n\n## Same\n\n## ***\n"
    assert markdown.heading_ids(body) == ["über-uns", "same", "same-2", "section"]


def test_links_come_with_their_lines():
    body = 'one [a](doc:x#y)\n\ntwo [b](<portal:request> "title") and [c](#here)\n'
    assert [(link.target, link.line) for link in markdown.links(body)] == [
        ("doc:x#y", 1),
        ("portal:request", 3),
        ("#here", 3),
    ]
