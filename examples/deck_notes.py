"""What the speaker says: the notes of each slide of the example deck, by its title."""

from __future__ import annotations

NOTES = {
    "Safe sign-in": (
        "Welcome. Most break-ins to accounts need no clever hacking at all. They need a password that was "
        "guessed, reused or given away. In the next minutes you will learn how that happens, and what stops "
        "it."
    ),
    "What you will take away": (
        "After this course you can explain how accounts are broken into. You can make a passphrase that lasts"
        " for years. And you know which second lock to put on the accounts that matter most."
    ),
    "Four ways in": (
        "There are four common ways into an account. Guessing is done by programs, not by people. Reuse means"
        " that a password stolen from one site is tried on all the others. Tricks make you type it yourself. "
        "Theft happens on your own device, when harmful software reads what you type."
    ),
    "Length is strength": (
        "The chart shows strength in bits. Each added bit doubles the number of guesses. At ten billion "
        "guesses a second, eight small letters are all tried in twenty-one seconds. Five random words take "
        "about ninety years, and six take about seven hundred thousand years. Length wins because every "
        "further word multiplies the work."
    ),
    "In a room: a quick poll": ("Only for courses with people in one room. Nobody says a password aloud."),
    "One leak opens many doors": (
        "Imagine that a small shop loses its list of customers. Within hours, programs try the same names and"
        " passwords at mail services, banks and employers. Your mail matters most, because whoever reads it "
        "can reset everything else."
    ),
    "A password that holds": (
        "A good password is long, it is random, and it is used in one place only. This part shows how to get "
        "there without learning a hundred passwords by heart."
    ),
    "Clever is not strong": (
        "A word, a year and a sign at the end look clever, but programs try exactly such patterns first. "
        "Words drawn at random follow no pattern at all. Do not use the words on this slide: they are no "
        "secret any more."
    ),
    "A passphrase in three steps": (
        "First, draw the words: with dice and a printed list, or with the generator of a password manager. Do"
        " not choose them yourself, because people are easy to predict. Second, keep six words in the order "
        "in which they came. Third, use the passphrase in one place only."
    ),
    "What to use where": (
        "Only two or three passwords must be in your head: the one of your password manager, the one of your "
        "computer, and the code of your phone. All others are made and kept by the manager, and you never "
        "need to see them."
    ),
    "Let a manager remember": (
        "A password manager makes a new random password for every site and keeps them all in one locked file."
        " It fills a password in only at the true address, so it also protects you from false pages. Your "
        "browser has one built in, and a separate one works across devices."
    ),
    "Beyond the password": (
        "Even a strong password can be given away. That is why the accounts that matter get a second lock, "
        "and why a cool head is part of the protection."
    ),
    "Which second lock?": (
        "A code by text message is better than nothing, but a thief can move your number to another phone. A "
        "code from an app is good, but a false page can still ask for it. A passkey or a security key answers"
        " only the true site, so a false page gets nothing."
    ),
    "Look before you type": (
        "A trick needs your hurry. The message says that something bad will happen today unless you sign in. "
        "Ask who wants it, and why now. Read the end of the address, just before the first single slash: that"
        " is the true owner. And when in doubt, close the message and open the site yourself."
    ),
    "If it happens anyway": (
        "Stay calm and work from the top. Change the password that leaked, and change it wherever else you "
        "used it. Sign out all devices, so that a thief loses the open session. Turn on a second lock. Then "
        "tell those who need to know: your bank, your employer, and your friends if messages went out in your"
        " name."
    ),
    "Three things to do today": (
        "Do three things before the day ends. Start a password manager. Give your mail account a passphrase "
        "of its own. And turn on a second lock for your mail and your bank. Half an hour is enough. Thank "
        "you, and stay safe."
    ),
}
