"""Turns at an encoder: never two at once, and a question before all batches that wait."""

import threading

from models.turns import Turns


def test_a_question_goes_before_the_batches_that_wait() -> None:
    turns, done = Turns(), list[str]()
    first_holds, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with turns.batch():
            first_holds.set()
            go_on.wait(600)
            done.append("first batch")

    def later(name: str) -> None:
        with turns.question() if name == "question" else turns.batch():
            done.append(name)

    threads = [threading.Thread(target=first)]
    threads[0].start()
    first_holds.wait(600)
    for name in ("batch", "batch", "question"):
        threads.append(threading.Thread(target=later, args=(name,)))
        threads[-1].start()
    while not turns._questions:
        pass
    go_on.set()
    for thread in threads:
        thread.join(600)
    assert done == ["first batch", "question", "batch", "batch"]


def test_one_at_a_time_and_a_failure_gives_the_turn_back() -> None:
    turns, inside, most = Turns(), 0, 0
    count = threading.Lock()

    def work(number: int) -> None:
        nonlocal inside, most
        for _ in range(50):
            try:
                with turns.question() if number % 2 else turns.batch():
                    with count:
                        inside += 1
                        most = max(most, inside)
                    with count:
                        inside -= 1
                    raise ValueError
            except ValueError:
                continue

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    assert most == 1
    assert not any(thread.is_alive() for thread in threads)
