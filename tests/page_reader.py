"""Reading a page as a browser would."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "circle", "line", "rect", "br"}


class Reader(HTMLParser):
    """Reads a page as a browser would, and minds that every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes = [], [], []
        self.texts = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            kind = dict(attrs).get("class", "")
            self.open.append((tag, kind))

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        self.texts.append(([kind for _, kind in self.open], data))

    def of(self, kind):
        """The text within elements of a class."""
        return " ".join(data for kinds, data in self.texts if kind in kinds)


def check_closed(page):
    """That a page runs nothing and asks no host for anything, and that what it names is in it."""
    read = Reader(page)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & set(read.tags)
    for tag, name, value in read.attributes:
        assert not name.startswith("on")
        if name in ("src", "href", "action", "srcset", "data", "poster", "xlink:href"):
            assert (tag, name) == ("a", "href")
            assert value.startswith("#")
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", page)
    assert "@import" not in page
    ids = [value for _, name, value in read.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for _, name, value in read.attributes if name == "href"}
    patterns = set(re.findall(r"url\(#([\w-]+)\)", page))
    labels = {
        each for _, name, value in read.attributes if name == "aria-labelledby"
        for each in value.split()
    }  # fmt: skip
    assert targets | patterns | labels <= set(ids)
    assert "default-src 'none'" in page
