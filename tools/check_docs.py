#!/usr/bin/env python3
"""Holds the documents to what is there: every relative link and its heading resolves, every page of
docs/ is reached from README.md, every `gannet ...`, `gannetd ...` and `make ...` that a page names exists
with the options that it names.

    tools/check_docs.py --bin build/check/bin

Exit 1 on any finding.
"""
import argparse
import functools
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<!!)\[[^\]\[]*(?:\[[^\]]*\][^\]\[]*)*\]\(([^)\s]+)\)")
SPAN = re.compile(r"`+([^`]+)`+")
WORD = re.compile(r"^[a-z][a-z0-9-]*$")
# One command of a shell line; what follows is another's.
ENDS = re.compile(r"[|;&)#>]|\s\\\|")


def pages():
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    for pattern in ("docs/**/*.md", "strategies/*/README.md", "bench/*.md", "deploy/**/*.md"):
        found += sorted(ROOT.glob(pattern))
    return [page for page in found if page.exists()]


def without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.S)


def slug(heading):
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip()).replace("`", "")
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


@functools.cache
def anchors(page):
    return {slug(h) for h in re.findall(r"^#+ (.*)$", without_code(page.read_text()), re.M)}


def check_links(page, findings):
    """Findings of a page's links; answers the files that they lead to."""
    reached = []
    for target in LINK.findall(SPAN.sub("", without_code(page.read_text()))) + [
        t for t in LINK.findall(without_code(page.read_text()))
    ]:
        if re.match(r"^[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            findings.add(f"{page.relative_to(ROOT)}: no such file: {target}")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            findings.add(f"{page.relative_to(ROOT)}: no such heading: {target}")
        else:
            reached += sorted(file.glob("*.md")) if file.is_dir() else [file]
    return reached


def check_reach(findings):
    seen, open_pages = set(), [ROOT / "README.md"]
    while open_pages:
        page = open_pages.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        open_pages += check_links(page, set())
    for page in sorted(ROOT.glob("docs/**/*.md")):
        if page not in seen:
            findings.add(f"{page.relative_to(ROOT)}: no way leads there from README.md")


def commands_of(text):
    """Commands in code, a list of words each."""
    code = re.findall(r"```\w*\n(.*?)```", text, re.S)
    lines = [line for block in code for line in re.sub(r"\\\n", " ", block).splitlines()]
    lines += SPAN.findall(without_code(text))
    for line in lines:
        line = re.split(r"(?:^|\s)#\s", line)[0]
        for match in re.finditer(r"(?:^|[\s$(]|bin/)(gannet|gannetd|gannet-kill|make)(?=\s|$)", line):
            rest = ENDS.split(line[match.end() :])[0]
            yield match.group(1), rest.replace("[", " ").replace("]", " ").replace("\\", " ").split()


class Programs:
    def __init__(self, folder):
        self.folder = folder

    @functools.cache
    def help(self, program, words):
        path = self.folder / program
        told = subprocess.run([path, *words, "--help"], capture_output=True, text=True, timeout=60)
        return told.stdout + told.stderr if told.returncode == 0 else None

    def subcommands(self, program, words):
        _, _, tail = (self.help(program, words) or "").partition("Subcommands:")
        return set(re.findall(r"^  ([a-z][\w-]*)", tail, re.M))

    def why_not(self, program, words):
        if not (self.folder / program).exists():
            return f"{program} is not built"
        path, told, may_be_value = (), self.help(program, ()) or "", False
        for word in words:
            if word.startswith("-"):
                may_be_value = True  # what follows may belong to it
                continue
            below = self.subcommands(program, path)
            choices = re.split(r"[|/,]", word)
            if not below or not all(WORD.match(choice) for choice in choices):
                continue
            unknown = [choice for choice in choices if choice not in below]
            if unknown and not may_be_value:
                return f"there is no `{' '.join((program, *path, unknown[0]))}`"
            if not unknown:
                path, may_be_value = (*path, choices[0]), False
                told += self.help(program, path) or ""
        for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", " ".join(words)):
            if option != "--help" and not re.search(rf"(?<![\w-]){option}(?![\w-])", told):
                return f"`{' '.join((program, *path))}` has no option {option}"
        return None


@functools.cache
def has_make_target(target):
    made = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    return made.returncode == 0


def check_commands(page, programs, findings):
    for program, words in commands_of(page.read_text()):
        if program == "make":
            targets = [word for word in words[:1] if WORD.match(word)]
            wrong = [f"`make {t}` is not there" for t in targets if not has_make_target(t)]
        else:
            wrong = [programs.why_not(program, words)]
        for why in filter(None, wrong):
            findings.add(f"{page.relative_to(ROOT)}: {why}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, type=pathlib.Path, help="where the programs lie")
    programs, findings = Programs(parser.parse_args().bin), set()
    for page in pages():
        check_links(page, findings)
        check_commands(page, programs, findings)
    check_reach(findings)
    for finding in sorted(findings):
        print(finding)
    print(f"{len(pages())} pages, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
