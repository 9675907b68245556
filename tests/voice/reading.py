"""What a person of the tests reads: two minutes of a life, written for this, with every sound of English many times."""

from __future__ import annotations

READING = (
    "I was born in a little house beside the railway, and the trains shook our windows every night.",
    "My mother kept chickens in the yard, and each morning I had to look for the eggs.",
    "We were not rich, but there was always something warm to eat when we came home from school.",
    "Father repaired watches and clocks, and his workshop was full of ticking and chiming.",
    "He would let me choose one broken watch a month and take it to pieces.",
    "Once I put a wheel in the wrong way round, and the hands ran backwards for a week.",
    "In July the whole family went to visit my grandmother at the seaside.",
    "She smoked a pipe, told us rude jokes, and beat everybody at cards.",
    "I learned to swim there, though the water was usually so cold that my teeth chattered.",
    "At seventeen I left for the city with two shirts, a pair of boots and forty dollars.",
    "The first job that I found was washing dishes in a hotel near the harbor.",
    "It was noisy, the kitchen was hot as an oven, and I loved every minute of it.",
    "The cook, a huge man with a very soft voice, showed me how to bake bread.",
    "On Sundays I would go to the museum, because it was free and there was a stove in each room.",
    "That is where I met your grandfather, who was drawing a picture of a sleeping guard.",
    "He asked me what I thought of it, and I said that the nose was too long.",
    "We argued about that nose for the rest of the afternoon, and he walked me home in the snow.",
    "We got married in spring, with borrowed rings and a cake that leaned to the left.",
    "Our first apartment had one chair, so we took turns, or sat together on the floor.",
    "When the children arrived, the place was suddenly far too small.",
    "So we moved out to the village, bought a few sheep, and pretended to know what we were doing.",
    "Those were hard years, with thick mud in winter and dust in the summer, but good ones.",
    "I have made plenty of mistakes, and I would be happy to make most of them again.",
    "If I could give you some advice, it would be this: do not wait until you are sure.",
    "Write to your brothers, fix what is broken, and leave the light on for whoever comes late.",
    "And when you bake, use more butter than the book says.",
    "The youngest of us, Joyce, joined a choir and traveled as far as Asia.",
    "She could measure a voyage by its songs, she said, and never kept a diary.",
)
