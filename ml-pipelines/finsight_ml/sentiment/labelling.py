"""Weak labels for headlines that nobody has labelled: labelling functions (Ratner et al. 2017, doi:10.14778/3157794.3157797) that read what
happened, not how it sounds. In crypto news a launch, a partnership or a new holder is good news, though told without a word of praise."""

import csv
import gzip
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import InvalidInputError
from .texts import LABELS

# Endings in brackets; an underscore stands for a blank or a hyphen.
GOOD = """
launch(es|ed|ing)? partner(s|ed|ing|ship|ships)? rais(e|es|ed|ing) invest(s|ed|ment|ments|ing)? acquir(e|es|ed|ing) accept(s|ed|ing)?
adopt(s|ed|ing|ion)? approv(e|es|ed|al) integrat(e|es|ed|ing|ion) list(s|ed|ing) expand(s|ed|ing)? expansion join(s|ed|ing)? support(s|ed|ing)?
enabl(e|es|ed|ing) unveil(s|ed)? introduc(e|es|ed|ing) roll(s|ed|ing)?_out releas(e|es|ed) upgrad(e|es|ed) licen[cs](e|es|ed) legal_tender
back(s|ed)_by buy(s|ing)? bought win(s)? won grow(s|ing|th)? surg(e|es|ed|ing) milestone all_time_high record_high new_high
rall(y|ies|ied|ying) gain(s|ed)? bullish bull(s)? soar(s|ed|ing)? top(s|ped) secur(e|es|ed) hir(e|es|ed|ing) offer(s|ed|ing)?
allow(s|ed|ing)? rebound(s|ed)? recover(s|ed|y)? jump(s|ed)? climb(s|ed)? rise(s)? rose outperform(s|ed)? boost(s|ed)?
success(ful|fully)? profit(s|able)? debut(s|ed)? team(s|ed)?_up collaborat(e|es|ion) teaming demand embrac(e|es|ed) pump(s|ed)?
accumulat(e|es|ed|ing|ion) breakout break(s)?_out optimis(m|tic) award(s|ed)? grant(s)? victory complet(e|es|ed) open(s|ed)?
innovat(ion|ive) funding inflow(s)? airdrop reward(s)? fundraise donat(e|es|ed|ion|ions) expands explode(s)? skyrocket(s|ed|ing)?
advance(s)? improve(s|d)? strong help(s)? build(s)? add(s|ed)?
"""
BAD = """
ban(s|ned|ning)? hack(s|ed|er|ers|ing)? stol(e|en) steal(s|ing)? theft thiev(es|ing) exploit(s|ed)? scam(s|mer|mers|med)?
fraud(s|ulent|ster)? lawsuit(s)? sue(s|d)? suing charg(e|es|ed)_with arrest(s|ed)? crackdown(s)? fine(s|d)? prob(e|es|ed|ing)
investigat(e|es|ed|ing|ion|ions) warn(s|ed|ing|ings)? risk(s|y)? fear(s|ed)? crash(es|ed|ing)? plung(e|es|ed|ing) fall(s|en|ing)? fell
drop(s|ped|ping)? sink(s|ing)? sank slump(s|ed|ing)? declin(e|es|ed|ing) lose(s)? losing lost loss(es)? bearish bear(s)? delay(s|ed)?
reject(s|ed|ion)? halt(s|ed)? suspend(s|ed)? outage(s)? bug(s)? attack(s|ed|er|ers)? illegal(ly)? sanction(s|ed)? bankrupt(cy)?
shut(s)?_down sell_off selloff liquidat(e|ed|ion|ions) tumbl(e|es|ed|ing) concern(s|ed)? ransomware phishing launder(ing|ed)?
penalt(y|ies) ponzi rug_pull restrict(s|ed|ion|ions)? critic(s|ism|ize|izes|al) problem(s)? lay(s)?_off layoff(s)? dump(s|ed|ing)?
guilty prison jail(ed)? sentenced indict(ed|ment) seiz(e|es|ed|ure) threat(s|en|ens)? vulnerab(le|ility|ilities) breach(es|ed)?
collaps(e|es|ed|ing) bubble dead worst fail(s|ed|ing|ure)? delist(s|ed|ing)? outflow(s)? struggl(e|es|ing) pressure
underperform(s|ed)? retreat(s|ed)? slid(e|es) slip(s|ped)? down slash(es|ed)? cut(s)?_jobs volatil(e|ity) uncertain(ty)? crime(s)?
criminal(s)? terror(ist|ism)? victim(s)? block(s|ed) freez(e|es) frozen doubt(s)? skeptic(al|ism)? dismiss(es|ed)? no_longer crisis
trouble(s|d)? bleed(s|ing)? malware violat(e|es|ed|ing|ion|ions)
"""
SHORTEST = 15
LONGEST = 400


def pattern(words: str) -> re.Pattern[str]:
    either = "|".join(words.replace("_", r"[\s-]+").split())
    return re.compile(rf"\b(?:{either})\b", re.IGNORECASE)


PATTERNS = (pattern(BAD), pattern(GOOD))


def label_of(text: str) -> str | None:
    """What more of the words speak for; `neutral` without any, None where as many speak for either."""
    bad, good = (len(each.findall(text)) for each in PATTERNS)
    if bad == good:
        return "neutral" if bad == 0 else None
    return LABELS[0] if bad > good else LABELS[2]


def write_weak(sources: Sequence[Path], out: Path, *, rows: int, seed: int) -> dict[str, int]:
    """Writes `text,label` of so many headlines, drawn by the seed; answers how many there are of each label. Raises InvalidInputError."""
    texts = list(dict.fromkeys(headline for source in sources for headline in headlines_of(source)))
    random.Random(seed).shuffle(texts)
    found = [(text, label) for text in texts if (label := label_of(text)) is not None][:rows]
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label"))
        writer.writerows(found)
    return {label: sum(1 for _, own in found if own == label) for label in LABELS}


def headlines_of(source: Path) -> Iterator[str]:
    """The column `title`, or else `text`, of a CSV file (commas, semicolons or tabs; maybe gzipped)."""
    if not source.exists():
        raise InvalidInputError(f"No file {source}; it is a CSV file with a column title or text")
    with (gzip.open if source.suffix == ".gz" else open)(source, "rt", encoding="utf-8", newline="") as file:
        header = file.readline()
        names = next(csv.reader([header], delimiter=delimiter_of(header)), [])
        column = next((name for name in ("title", "text") if name in names), None)
        if column is None:
            raise InvalidInputError(f"{source.name} has {', '.join(names) or 'no columns'}; title or text is needed")
        for row in csv.DictReader(file, names, delimiter=delimiter_of(header)):
            text = " ".join((row[column] or "").split())[:LONGEST]
            if len(text) >= SHORTEST:
                yield text


def delimiter_of(header: str) -> str:
    return max(",;\t", key=header.count)
