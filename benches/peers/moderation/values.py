"""Values that validators accept, and look-alikes that they must not: made up from the rules that the issuers publish.

Nothing here was ever anybody's: numbers are drawn, and given the check digits that their schemes ask for.
"""

import base64
import hashlib
import json
import string

DIGITS = "0123456789"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def digits(random, count, first=DIGITS):
    return random.choice(first) + "".join(random.choice(DIGITS) for _ in range(count - 1))


def text(random, alphabet, count):
    return "".join(random.choice(alphabet) for _ in range(count))


def luhn(body):
    """The digit that ISO/IEC 7812-1 annex B wants after these."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def with_luhn(body):
    return body + luhn(body)


def broken(value, random):
    """The same with its last digit changed."""
    return value[:-1] + random.choice([digit for digit in DIGITS if digit != value[-1]])


def card(random):
    prefix, length = random.choice([("4", 16), ("52", 16), ("2221", 16), ("34", 15), ("6011", 16), ("3530", 16), ("484783", 16)])
    return with_luhn(prefix + digits(random, length - 1 - len(prefix)))


def card_written(random, number):
    if len(number) == 15:
        return random.choice([number, f"{number[:4]} {number[4:10]} {number[10:]}", f"{number[:4]}-{number[4:10]}-{number[10:]}"])
    groups = [number[at : at + 4] for at in range(0, 16, 4)]
    return random.choice([number, " ".join(groups), "-".join(groups)])


IBANS = {"SA": 22, "AE": 21, "EG": 27, "KW": 28, "JO": 28, "GB": 20, "DE": 20, "FR": 25, "ES": 22, "IT": 25, "TR": 24, "NL": 16}


def iban(random):
    country = random.choice(list(IBANS))
    length = IBANS[country]
    account = digits(random, length - 2)
    if country == "SA":
        account = digits(random, 20)
    elif country == "AE":
        account = digits(random, 19)
    elif country == "EG":
        account = digits(random, 25)
    elif country == "KW":
        account = text(random, string.ascii_uppercase, 4) + digits(random, 22)
    elif country == "JO":
        account = text(random, string.ascii_uppercase, 4) + digits(random, 4) + digits(random, 18)
    elif country == "GB":
        account = text(random, string.ascii_uppercase, 4) + digits(random, 14)
    elif country == "DE":
        account = digits(random, 18)
    elif country == "FR":
        account = digits(random, 21) + digits(random, 2)
    elif country == "ES":
        account = digits(random, 20)
    elif country == "IT":
        account = random.choice(string.ascii_uppercase) + digits(random, 22)
    elif country == "TR":
        account = digits(random, 5) + "0" + digits(random, 16)
    elif country == "NL":
        account = text(random, string.ascii_uppercase, 4) + digits(random, 10)
    return with_iban_check(country, account)


def with_iban_check(country, account):
    number = "".join(str(int(letter, 36)) for letter in account + country + "00")
    return f"{country}{98 - int(number) % 97:02}{account}"


def fours(value, gap=" "):
    return gap.join(value[at : at + 4] for at in range(0, len(value), 4))


def ip4(random):
    return f"{random.choice([31, 45, 77, 94, 151, 188, 193, 203])}.{random.randint(11, 254)}.{random.randint(10, 254)}.{random.randint(1, 254)}"


def ip6(random):
    groups = [f"{random.randint(0x1000, 0xFFFF):x}" for _ in range(8)]
    if random.random() < 0.5:
        return ":".join(["2a02", groups[1], groups[2]]) + "::" + ":".join(groups[6:])
    return ":".join(["2001", *groups[1:]])


def mac(random):
    pairs = [f"{random.randint(0, 255):02x}" for _ in range(5)] + [random.choice(["a1", "b7", "cf", "4e"])]
    return random.choice([":", "-"]).join(pair.upper() for pair in pairs) if random.random() < 0.6 else ":".join(pairs)


def base58(data):
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        out = BASE58[rest] + out
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + out


def base58check(version, random):
    payload = bytes([version]) + random.randbytes(20)
    return base58(payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4])


def segwit(random):
    """BIP-173, version 0, 20 bytes."""
    def polymod(values):
        check = 1
        for value in values:
            top = check >> 25
            check = (check & 0x1FFFFFF) << 5 ^ value
            for bit, generator in enumerate([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]):
                check ^= generator if top >> bit & 1 else 0
        return check

    data = [0] + [int(f"{int.from_bytes(random.randbytes(20), 'big'):0160b}"[at : at + 5], 2) for at in range(0, 160, 5)]
    expanded = [3, 3, 0, 2, 3]
    check = polymod(expanded + data + [0] * 6) ^ 1
    return "bc1" + "".join(BECH32[value] for value in data + [check >> 5 * (5 - at) & 31 for at in range(6)])


def crypto(random):
    kind = random.choice(["btc", "p2sh", "segwit", "tron", "ltc", "eth"])
    if kind == "segwit":
        return segwit(random)
    if kind == "eth":
        return "0x" + random.randbytes(20).hex()
    return base58check({"btc": 0, "p2sh": 5, "tron": 0x41, "ltc": 0x30}[kind], random)


ALNUM = string.ascii_letters + string.digits


def jwt(random):
    def part(value):
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    claims = {"sub": text(random, string.ascii_lowercase, 8), "iat": random.randint(1600000000, 1750000000), "exp": 4102444800}
    return ".".join([part({"alg": "HS256", "typ": "JWT"}), part(claims), part(random.randbytes(32))])


def secret(random):
    """A key in a form that names itself."""
    upper, alnum, url = string.ascii_uppercase + "234567", ALNUM, ALNUM + "_-"
    make = [
        lambda: "AKIA" + text(random, upper, 16),
        lambda: "AIza" + text(random, url, 35),
        lambda: "ghp_" + text(random, alnum, 36),
        lambda: "glpat-" + text(random, alnum, 20),
        lambda: f"xoxb-{digits(random, 11, '123')}-{digits(random, 12, '123')}-{text(random, alnum, 24)}",
        lambda: "sk_live_" + text(random, alnum, 24),
        lambda: f"SG.{text(random, alnum, 22)}.{text(random, alnum, 43)}",
        lambda: "npm_" + text(random, alnum, 36),
        lambda: "dop_v1_" + random.randbytes(32).hex(),
        lambda: "hf_" + text(random, alnum, 34),
        lambda: jwt(random),
    ]
    return random.choice(make)()


def password(random):
    word = random.choice(["Falcon", "harbour", "Rimal", "sunset", "Kitab", "Zeytin", "winter", "Nakheel"])
    return word + random.choice("!#%*") + digits(random, 4) + text(random, ALNUM, 3)


def weighted(value, weights):
    return sum(int(digit) * weight for digit, weight in zip(value, weights))


def saudi(random):
    return with_luhn(random.choice("12") + digits(random, 8))


def emirati(random):
    return with_luhn(f"784{random.randint(1950, 2010)}{digits(random, 7)}")


def birth(random):
    return random.randint(1950, 1999), random.randint(1, 12), random.randint(1, 28)


def egyptian(random):
    year, month, day = birth(random)
    return f"2{year % 100:02}{month:02}{day:02}{random.choice(['01', '02', '12', '21', '23', '88'])}{digits(random, 5)}"


def american(random):
    return f"{random.randint(100, 665)}-{random.randint(10, 99)}-{random.randint(1000, 9999)}"


def british(random):
    return text(random, "ABCEGHJKLMNPRSTWXYZ", 1) + text(random, "ABCEHJLMPRSTWXYZ", 1) + digits(random, 6) + random.choice("ABCD")


def french(random):
    year, month, _ = birth(random)
    body = f"{random.choice('12')}{year % 100:02}{month:02}{random.randint(10, 19)}{random.randint(100, 500)}{random.randint(100, 500)}"
    return body + f"{97 - int(body) % 97:02}"


def german(random):
    while True:
        places = random.sample(DIGITS, 10)
        places[random.randint(1, 9)] = places[0]
        if places[0] == "0" or sorted(places.count(digit) for digit in set(places))[-1] != 2 or len(set(places)) != 9:
            continue
        product = 10
        for digit in places:
            total = (int(digit) + product) % 10 or 10
            product = total * 2 % 11
        return "".join(places) + str((11 - product) % 10)


def spanish(random):
    number = digits(random, 8)
    return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


ODD = dict(zip(string.digits + string.ascii_uppercase, [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]))


def italian(random):
    year, _, day = birth(random)
    body = random.choice(["RSS", "BNC", "FRR", "CLM"]) + random.choice(["MRA", "GNN", "LCU", "PLA"])
    body += f"{year % 100:02}{random.choice('ABCDEHLMPRST')}{day:02}{random.choice(['H501', 'F205', 'L219', 'D612'])}"
    even = lambda letter: int(letter) if letter.isdigit() else ord(letter) - 65
    total = sum(ODD[letter] if place % 2 == 0 else even(letter) for place, letter in enumerate(body))
    return body + chr(65 + total % 26)


def turkish(random):
    body = digits(random, 9, "123456789")
    odd, even = sum(map(int, body[::2])), sum(map(int, body[1::2]))
    body += str((odd * 7 - even) % 10)
    return body + str(sum(map(int, body)) % 10)


def verhoeff(body):
    def product(left, right):
        if left < 5:
            return (left + right) % 5 if right < 5 else (left + right - 5) % 5 + 5
        return (left - 5 - right) % 5 + 5 if right < 5 else (left - right) % 5

    row = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    tables = [list(range(10))]
    for _ in range(7):
        tables.append([row[place] for place in tables[-1]])
    for check in DIGITS:
        state = 0
        for place, digit in enumerate(reversed(body + check)):
            state = product(state, tables[place % 8][int(digit)])
        if state == 0:
            return check
    raise AssertionError(body)


def indian(random):
    body = digits(random, 11, "23456789")
    return fours(body + verhoeff(body))


def brazilian(random):
    body = digits(random, 9, "123456789")
    for weights in [range(10, 1, -1), range(11, 1, -1)]:
        rest = weighted(body, weights) % 11
        body += str(0 if rest < 2 else 11 - rest)
    return f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"


def mrz_check(field):
    value = lambda letter: 0 if letter == "<" else int(letter, 36)
    return str(sum(value(letter) * weight for letter, weight in zip(field, [7, 3, 1] * 20)) % 10)


def mrz(random):
    """A passport's two lines, ICAO Doc 9303 part 4."""
    country, surname, name = random.choice(
        [("SAU", "ALHARBI", "KHALID<SAAD"), ("EGY", "MANSOUR", "MONA"), ("GBR", "HOLLOWAY", "JANE<ANN"), ("TUR", "YILMAZ", "EMRE"), ("DEU", "BRANDT", "KLAUS")]
    )
    year, month, day = birth(random)
    number = text(random, string.ascii_uppercase, 1) + digits(random, 8)
    born, expires = f"{year % 100:02}{month:02}{day:02}", f"{random.randint(27, 34)}{month:02}{day:02}"
    personal = "<" * 14
    first = f"P<{country}{surname}<<{name}".ljust(44, "<")
    second = number + mrz_check(number) + country + born + mrz_check(born) + random.choice("MF") + expires + mrz_check(expires) + personal + "<"
    return first, second + mrz_check(second[:10] + second[13:20] + second[21:43])


def coordinates(random):
    north, east = random.uniform(12, 52), random.uniform(2, 55)
    return f"{north:.6f}, {east:.6f}"




def phone(random, country, national=False):
    d = lambda count, first=DIGITS: digits(random, count, first)
    some = "23456789"
    forms = {
        "SA": (f"+966 5{random.choice('03456')} {d(3, some)} {d(4)}", f"05{random.choice('03456')}{d(7, some)}"),
        "AE": (f"+971 5{random.choice('0245')} {d(3, some)} {d(4)}", f"05{random.choice('0245')} {d(3, some)} {d(4)}"),
        "EG": (f"+20 1{random.choice('012')} {d(4, some)} {d(4)}", f"01{random.choice('012')}{d(8, some)}"),
        "KW": (f"+965 {random.choice(['5500', '6600', '9900'])} {d(4)}", f"{random.choice(['5500', '6600', '9900'])}{d(4)}"),
        "JO": (f"+962 79 {d(3, some)} {d(4)}", f"079{d(7, some)}"),
        "MA": (f"+212 6 61 {d(2)} {d(2)} {d(2)}", f"06 61 {d(2)} {d(2)} {d(2)}"),
        "US": (f"+1 ({random.choice(['212', '415', '617', '312'])}) {d(3, some)}-{d(4)}", f"({random.choice(['212', '415', '617', '312'])}) {d(3, some)}-{d(4)}"),
        "GB": (f"+44 20 7{d(3)} {d(4)}", f"020 7{d(3)} {d(4)}"),
        "FR": (f"+33 1 42 {d(2)} {d(2)} {d(2)}", f"01 42 {d(2)} {d(2)} {d(2)}"),
        "DE": (f"+49 30 {d(4, some)} {d(4)}", f"030 {d(4, some)}{d(4)}"),
        "ES": (f"+34 612 {d(3)} {d(3)}", f"612 {d(3)} {d(3)}"),
        "IT": (f"+39 347 {d(3)} {d(4)}", f"347 {d(3)} {d(4)}"),
        "TR": (f"+90 532 {d(3, some)} {d(2)} {d(2)}", f"0532 {d(3, some)} {d(2)} {d(2)}"),
        "IN": (f"+91 98{d(3)} {d(5)}", f"098{d(3)} {d(5)}"),
        "BR": (f"+55 11 9{d(4, '6789')}-{d(4)}", f"(11) 9{d(4, '6789')}-{d(4)}"),
    }
    return forms[country][1 if national else 0]


NATIONAL_IDS = {
    "SA": saudi, "AE": emirati, "EG": egyptian, "US": american, "GB": british, "FR": french,
    "DE": german, "ES": spanish, "IT": italian, "TR": turkish, "IN": indian, "BR": brazilian,
}
