"""All models share one connection to DynamoDB, and all adapters one session."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.support.sessions import forget

from permille.aws.accounts import DynamoAccounts
from permille.aws.client import session
from permille.aws.table_calls import connection_of
from permille.aws.tallies import DynamoTallies

THREADS = 8


def test_adapters_of_different_tables_share_a_connection(aws: None) -> None:
    accounts, tallies = DynamoAccounts(accounts="A", senders="S"), DynamoTallies(table="T")

    shared = {id(connection_of(model)) for model in (accounts._accounts, accounts._senders, tallies._rows)}

    assert len(shared) == 1
    assert connection_of(tallies._rows).session is session()


def test_the_connection_knows_the_keys_of_each_table(aws: None) -> None:
    for _ in range(2):  # several adapters are on a table
        accounts, tallies = DynamoAccounts(accounts="A"), DynamoTallies(table="T")
    connection = connection_of(accounts._accounts)

    assert connection.get_meta_table("A").hash_keyname == "account_id"
    assert connection.get_meta_table("T").range_keyname == "day_epoch_shard"
    assert connection is connection_of(tallies._rows)


def test_threads_that_begin_at_once_get_one_client(aws: None) -> None:
    forget()
    connection, at_once = connection_of(DynamoTallies(table="T")._rows), Barrier(THREADS)

    def client() -> int:
        at_once.wait()
        return id(connection.client)

    with ThreadPoolExecutor(THREADS) as threads:
        found = {made.result() for made in [threads.submit(client) for _ in range(THREADS)]}

    assert len(found) == 1
