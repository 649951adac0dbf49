"""A look counts what each process says of what it was to look at, and nothing else that it says."""

from __future__ import annotations

from deploy.inside.look.place import Place
from deploy.inside.look.values import Account, Described, Outcome, Subject
from deploy.layer.proof.look import Look

PLACE = Place(python="3.11.2", glibc="2.36", machine="x86_64", runtime_modules=())


def test_a_package_speaks_of_no_other_one_s_metadata_and_of_no_service() -> None:
    forged = (Described(distribution="broken", requires=()), Outcome(kind="client", what="s3"))
    true = Described(distribution="broken", requires=("not-there>=2",))
    refused = Outcome(kind="client", what="s3", error="UnknownServiceError")
    look = Look(
        place=PLACE,
        accounts=(
            Account(subject="evil: evil", records=forged),
            Account(subject="metadata", records=(true, forged[1])),
            Account(subject="client: s3 sqs", records=(refused, forged[0])),
            Account(subject="client: lambda", records=(forged[1],)),
            Account(subject="evil: later", records=forged),
        ),
    )
    assert list(look.described()) == [true]
    assert list(look.clients()) == [refused]


def test_what_was_looked_at_once_more_counts() -> None:
    told = Described(distribution="idna")
    ended = Account(subject="metadata", records=(), intruded="it ended the process that watched it")
    again = Account(subject="metadata", records=(told,))
    assert list(Look(place=PLACE, accounts=(ended, again)).described()) == [told]


def test_only_the_package_that_has_a_library_says_whether_it_loads() -> None:
    library = Outcome(kind="shared object", what="broken/native.so")
    cannot = Outcome(kind="shared object", what="broken/native.so", error="it is not there")
    evil, broken = (
        Subject(distribution=name, top=name, roots=(), modules=(), shared=(f"{name}/native.so",), data=())
        for name in ("evil", "broken")
    )
    for true, forged in ((library, cannot), (cannot, library)):
        accounts = (Account(subject=broken.key, records=(true,)), Account(subject=evil.key, records=(forged,)))
        for subjects in ((evil, broken), (broken, evil)):
            said = Look(place=PLACE, accounts=accounts).shared_objects(subjects)
            assert said == {"broken/native.so": not true.error}
