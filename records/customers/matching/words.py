"""Words in names: titles, particles, forms of one name, names that exist and names that many have."""

_TITLES = "mme mlle mr mrs ms miss monsieur madame mademoiselle herr frau dr prof"
TITLES = frozenset(_TITLES.split())
_PARTICLES = "d de del della der des di do dos du el l la las le les los of saint st van von y zu"
PARTICLES = frozenset(_PARTICLES.split())
GENERATIONS = {"jr": "2", "junior": "2", "fils": "2", "ii": "2", "iii": "3", "sr": "1", "senior": "1", "pere": "1"}
"""What tells a son from a father of the same name."""

# One name in several forms, which may be one person's. What two people are called (Louis, Louise) stands apart.
_FORMS = """
alexandre alexander alex alec, alexandra alex sandy, andrew andy drew, antoine anthony antony tony, benjamin ben
benji, bernadette bernie, bernard bernie, catherine katherine kathryn cathy kathy katie kate, charles charlie chas,
christian chris, christine christina chris tina, christophe christopher kristopher chris topher, daniel dan danny,
david dave, deborah debbie deb, dominique dom domi, edouard edward ed eddie ted, elisabeth elizabeth beth betty liz
lise, emmanuel emanuel manu, emmanuelle manu, eric erick erik, florence flo, francois franck francis, frederic
frederick fred freddy, frederique fred, geoffrey jeffrey geoff jeff, georges george, gerard gerry, gilbert gil,
gregoire gregory greg, guillaume guilhem, william will willy bill billy, henri henry harry, isabelle isabel isabella
isa, jacqueline jackie, jacques jacky, james jim jimmy jamie, jennifer jenny jen, john johnny jon jack, jonathan jon
johnny, joseph joe jo jose, josephine jo, kenneth ken kenny, louis lou, louise lou, madeleine madeline mado maddy,
marc mark, marguerite margaret maggie margot meg, marie maria mary, mathieu matthieu matthew mathew matt, maximilien
maximilian maxime max, melanie mel, michael mickael mike mick micky, michel michou mich, michele michelle, nathalie
natalie nat, nathan nathaniel nat, nicolas nicholas nick nico, nicole nicky, olivier oliver ollie, pascal pascalou,
patricia pat patty trish, patrick pat paddy, philippe philip phillip phil, pierre pierrot, peter pete, rebecca becky,
richard rick dick ricky, robert bob rob bobby robbie, samuel sam sammy, samantha sam sammy, sarah sara, sebastien
sebastian seb, sophie sophia sofia, stephane steph, stephanie steph, stephen steven steve, susanne suzanne susan sue
suzie, sylvie sylvia, theodore theo ted, therese theresa tess, thomas thom tom tommy, timothy timothee tim, valerie
val, veronique vero, victor vic, vincent vince, xavier xav, zacharie zachary zac zach, zoe zoey
"""
# Names that exist, so that one is no slip of the other: Léo and Léa, Paul and Paule, Martin and Martine.
_KNOWN = """
adam adele adrien agathe agnes alain alan albert alice aline alix alma amandine ambre amelia amelie amy ana anais
andre andrea angela angele anna anne annie antonin apolline ariane arthur aude audrey aurelie aurelien ava axel bella
brigitte bruno camille capucine carla carlos carmen caroline cecile celeste celia celine chantal charlene charlotte
chloe clara claire clarisse claude clemence clement clementine colette colin corinne cyril damien daniela danielle
daphne delphine denis denise diane didier eden edith eleonore elena eliane elias elie eline elisa ella ellen eloise
elsa emile emilie emily emma emmy enzo estelle esther ethan etienne eugene eugenie eva evan evelyne fabien fabienne
fabrice faustine fernand flora florian francine france gabin gabriel gabrielle gael gaelle gaspard georgia germain
germaine gilles giulia grace guy hannah hector helena helene heloise hugo ines irene iris isaac ivan jacob jade jane
janine jason jean jeanne jeannine jeremy jerome jessica joan joana joanna joel johan johanna jordan josette joshua joy
judith jules julia julian juliana julie julien juliette karim karine kevin kylie lana lara laura laure laurence
laurent lauren lea leah leana leandre lena leo leon leona leonie lila lily lina lino lionel lisa lola loic louane luc
luca lucas lucie lucien lucienne lucy luke lydia lyna madison mael maelle maeva malo manon marcel marcelle marco
margaux marianne marin marina marine mario marion marius marjorie marlene martin martine martha mathias mathilde
mathis maud maurice maya megan mia mila milan milo mina mohamed molly monique morgan morgane muriel myriam nadia
nadine naomi nina noa noah noe noel noelle noemie nolan nora odette odile olive olivia oscar pascale patrice paul
paula paule paulette pauline perrine rachel raphael raphaelle raymond raymonde remi remy rene renee roger roland
romain romane rosa rose roxane ruben ruby ryan sabine sabrina sacha salome sandra sandrine sasha serge simon simone
soline sonia stella sven sylvain tara teo thibault thierry timeo tina tristan ulysse valentin valentine vanessa
victoria victoire viviane yann yannick yohan yolande yves yvette yvon yvonne
"""
# Among the most frequent in France: two customers of these names meet by chance more often. See INSEE's files of first
# names and of last names, https://www.insee.fr/fr/statistiques/3536630.
_FREQUENT = """
marie jean pierre michel philippe nathalie isabelle alain patrick jacques catherine nicolas christophe sylvie daniel
anne martine francoise monique christian bernard thomas julien sandrine stephane martin petit robert richard durand
dubois moreau laurent simon lefebvre leroy roux david bertrand morel fournier girard bonnet dupont lambert fontaine
rousseau vincent muller lefevre faure andre mercier blanc guerin boyer garnier chevalier francois legrand garcia smith
jones
"""
FREQUENT = frozenset(_FREQUENT.split())


def _forms() -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for number, names in enumerate(_FORMS.split(",")):
        for name in names.split():
            found.setdefault(name, set()).add(number)
    return found


FORMS = _forms()
KNOWN = frozenset(_KNOWN.split()) | FORMS.keys()
