"""Pairs of records, labelled by people: one person or two. `test_matching` holds the matching rules against them.

A record is `first name | last name | birth date | street, postal code, town | e-mail | phone | company`.
"""

ONE_PERSON = [
    # typing errors and other spellings
    ("Camille|Rousseau|1984-03-17|8 rue Pasteur,69007,Lyon", "Camile|Rousseau|1984-03-17|8 rue Pasteur,69007,Lyon"),
    ("Camille|Rousseau|1984-03-17|8 rue Pasteur,69007,Lyon", "Camille|Rouseau|1984-03-17|8, r. Pasteur,69007,LYON"),
    ("Camille|Rousseau|1984-03-17", "Camille|Rousseua|1984-03-17|8 rue Pasteur,69007,Lyon|c@example.com"),
    ("Hélène|Lefèvre|1961-11-02|3 av. Foch,54000,Nancy", "HELENE|LEFEVRE|1961-11-02|3 avenue Foch,54000,Nancy"),
    ("François|Noël|1975-07-08|5 bd Gambetta,06000,Nice", "Francois|Noel|1975-07-08|5 Boulevard Gambetta,06000,NICE"),
    ("Agnès|Œuvrard|1950-01-30|1 place Œcuménique,25000,Besançon", "Agnes|Oeuvrard|1950-01-30|1 pl Oecumenique,25000,"),
    ("Jürgen|Groß|1969-06-04|Hauptstraße 5,10115,Berlin", "Jurgen|Gross|1969-06-04|Hauptstrasse 5,10115,Berlin"),
    ("Aïcha|Benali|1993-12-24|4 rue Ney,75018,Paris", "Aicha|Ben Ali|1993-12-24|4 rue Ney,75018,Paris"),
    ("Mme Sylvie|Garnier|1958-08-19|2 rue du Four,37000,Tours", "Sylvie|Garnier|1958-08-19|2 rue du Four,37000,Tours"),
    ("Camille|Rousseau||8 rue Pasteur,69007,Lyon", "Camille|Rousseau||8 rue Pastuer,69007,Lyon"),
    # first and last name exchanged, or in one field
    ("Rousseau|Camille|1984-03-17|8 rue Pasteur,69007,Lyon", "Camille|Rousseau|1984-03-17|8 rue Pasteur,69007,Lyon"),
    ("|Camille Rousseau|1984-03-17|8 rue Pasteur,69007,Lyon", "Camille|Rousseau|1984-03-17|8 rue Pasteur,69007,Lyon"),
    ("Nguyen|Thi Mai|1990-02-11|9 rue Littré,38000,Grenoble", "Thi Mai|Nguyen|1990-02-11|9 rue Littré,38000,Grenoble"),
    # the birth date typed wrong
    ("Paul|Girard|1972-05-09|6 rue Haute,67000,Strasbourg", "Paul|Girard|1972-09-05|6 rue Haute,67000,Strasbourg"),
    ("Paul|Girard|1972-05-09|6 rue Haute,67000,Strasbourg", "Paul|Girard|1927-05-09|6 rue Haute,67000,Strasbourg"),
    ("Paul|Girard|1972-05-09|6 rue Haute,67000,Strasbourg", "Paul|Girard|1972-05-08|6 rue Haute,67000,Strasbourg"),
    ("Paul|Girard|1972-05-09|6 rue Haute,67000,Strasbourg", "Paul|Girard|1974-11-20|6 rue Haute,67000,Strasbourg"),
    ("Paul|Girard|1972-05-09|6 rue Haute,67000,Strasbourg", "Paul|Girard|1970-01-01|6 rue Haute,67000,Strasbourg"),
    # a value is missing
    ("Inès|Chevallier|1999-04-04", "Inès|Chevallier|1999-04-04|7 quai Roi,45000,Orléans"),
    ("Inès|Chevallier||7 quai Roi,45000,Orléans", "Inès|Chevallier|1999-04-04|7 quai Roi,45000,Orléans"),
    ("|Chevallier|1999-04-04|7 quai Roi,45000,Orléans", "Inès|Chevallier|1999-04-04|7 quai Roi,45000,Orléans"),
    ("Inès||1999-04-04|7 quai Roi,45000,Orléans", "Inès|Chevallier|1999-04-04|7 quai Roi,45000,Orléans"),
    # moved house
    ("Inès|Chevallier|1999-04-04|7 quai Roi,45000,Orléans", "Inès|Chevallier|1999-04-04|22 rue Basse,14000,Caen"),
    ("Inès|Chevallier|1999-04-04|7 quai Roi,45000,Orléans", "Ines|Chevalier|1999-04-04|22 rue Basse,14000,Caen||"),
    # nicknames, compound names, initials
    (
        "Nicolas|Perrot|1980-09-27|1 rue Lafayette,31000,Toulouse",
        "Nico|Perrot|1980-09-27|1 rue Lafayette,31000,Toulouse",
    ),
    ("Alexandre|Morin|1988-10-10|4 rue Crébillon,44000,Nantes", "Alex|Morin|1988-10-10|4 rue Crebillon,44000,Nantes"),
    ("Marie-Claire|Vidal|1966-02-03|5 rue Neuve,13001,Marseille", "Marie|Vidal|1966-02-03|5 rue Neuve,13001,Marseille"),
    ("Jean-Baptiste|Rey|1977-07-07|5 rue Neuve,13001,Marseille", "J B|Rey|1977-07-07|5 rue Neuve,13001,Marseille"),
    (
        "Marie-Claire|Dupont-Durand|1970-05-12|12 rue des Lilas,75011,Paris",
        "Marie Claire|Dupont|1970-05-12|,75011,Paris",
    ),
    (
        "Marie-Claire|Dupont-Durand|1970-05-12|12 rue des Lilas,75011,Paris",
        "M.|Durand|1970-05-12|12 rue des Lilas,75011,",
    ),
    # particles
    (
        "Anne|de La Tour|1955-12-01|2 rue Royale,78000,Versailles",
        "Anne|Delatour|1955-12-01|2 rue Royale,78000,Versailles",
    ),
    (
        "Anne|d'Ormesson|1955-12-01|2 rue Royale,78000,Versailles",
        "Anne|Ormesson|1955-12-01|2 rue Royale,78000,Versailles",
    ),
    (
        "Luc|Van den Berg|1971-03-03|Kerkstraat 9,1017,Amsterdam",
        "Luc|Vandenberg|1971-03-03|Kerkstraat 9,1017,Amsterdam",
    ),
    # married
    ("Julie|Moreau|1991-01-23|10 rue Verte,76000,Rouen", "Julie|Lambert|1991-01-23|10 rue Verte,76000,Rouen"),
    ("Julie|Moreau|1991-01-23|10 rue Verte,76000,Rouen", "Julie|Moreau-Lambert|1991-01-23|10 rue Verte,76000,Rouen"),
    # contacts
    ("Karim|Haddad|1983-05-05|||+33611223344", "Karim|Hadad|1983-05-05|||+33611223344"),
    ("Karim|Haddad|||karim.haddad@example.com|+33611223344", "Karim|Haddad|||karim.hadad@example.com|+33611223344"),
    (
        "Karim|Haddad||3 rue Bleue,59000,Lille|k.haddad@example.com",
        "Karim|Haddad||3 rue Bleue,59000,Lille|kh@example.org",
    ),
    # companies
    ("|||1 rue du Port,33000,Bordeaux|||Vins du Port SARL", "|||1 rue du Port,33000,Bordeaux|||VINS DU PORT"),
    ("Éric|Blanc||1 rue du Port,33000,Bordeaux|||Vins du Port", "Eric|Blanc|||||Vins du Port SARL"),
]

TWO_PEOPLE = [
    # father and son
    ("Jean|Petit|1950-06-01|4 rue Longue,21000,Dijon", "Jean|Petit|1979-02-14|4 rue Longue,21000,Dijon"),
    (
        "Jean|Petit|1950-06-01|4 rue Longue,21000,Dijon||+33380112233",
        "Jean|Petit|1979-02-14|4 rue Longue,21000,Dijon||+33380112233",
    ),
    (
        "Jean|Petit|1950-06-01|4 rue Longue,21000,Dijon|petit@example.com|+33380112233",
        "Jean|Petit|1979-02-14|4 rue Longue,21000,Dijon|petit@example.com|+33380112233",
    ),
    ("Jean|Petit père||4 rue Longue,21000,Dijon", "Jean|Petit fils||4 rue Longue,21000,Dijon"),
    ("John|Small Sr|1950-06-01|4 Long St,LS1,Leeds", "John|Small Jr||4 Long Street,LS1,Leeds"),
    # twins
    ("Léa|Martin|2001-05-04|12 rue des Lilas,75011,Paris", "Emma|Martin|2001-05-04|12 rue des Lilas,75011,Paris"),
    ("Léa|Martin|2001-05-04|12 rue des Lilas,75011,Paris", "Léo|Martin|2001-05-04|12 rue des Lilas,75011,Paris"),
    ("Paul|Martin|2001-05-04|12 rue des Lilas,75011,Paris", "Paule|Martin|2001-05-04|12 r. des lilas,75011,PARIS"),
    ("Anne-Marie|Roy|2001-05-04|3 rue Vie,35000,Rennes", "Anne-Sophie|Roy|2001-05-04|3 rue Vie,35000,Rennes"),
    (
        "Léa|Roy|2001-05-04|3 rue Vie,35000,Rennes||+33299112233",
        "Zoé|Roy|2001-05-04|3 rue Vie,35000,Rennes||+33299112233",
    ),
    (
        "Léa|Roy|2001-05-04|3 rue Vie,35000,Rennes|roy@example.com|+33299112233",
        "Zoé|Roy|2001-05-04|3 rue Vie,35000,Rennes|roy@example.com|+33299112233",
    ),
    (
        "Léa|Roy|2001-05-04|3 rue Vie,35000,Rennes|lea.roy@example.com",
        "Eva|Roi|2001-05-04|3 rue de Vie,35000,Rennes|eva.roy@example.com",
    ),
    (
        "Léa|Roy|2001-05-04|3 rue Vie,35000,Rennes|l.roy@example.com",
        "Eva|Roi|2001-05-04|3 rue de Vie,35000,Rennes|e.roy@example.com",
    ),
    # spouses
    ("Marc|Simon||9 rue Basse,72000,Le Mans", "Nadine|Simon||9 rue Basse,72000,Le Mans"),
    ("Marc|Simon|1960-03-03|9 rue Basse,72000,Le Mans", "Nadine|Simon|1962-07-15|9 rue Basse,72000,Le Mans"),
    (
        "Marc|Simon||9 rue Basse,72000,Le Mans|simon@example.com|+33243112233",
        "Nadine|Simon||9 rue Basse,72000,Le Mans|simon@example.com|+33243112233",
    ),
    (
        "Marc|Simon|1960-03-03|9 rue Basse,72000,Le Mans|simon@example.com|+33243112233",
        "Nadine|Simon|1962-07-15|9 rue Bass,72000,Le Mans|simon@example.com|+33243112233",
    ),
    ("Marc|Simon|1960-03-03||simon@example.com", "Nadine|Simon|1962-07-15||simon@example.com"),
    ("M.|Simon||9 rue Basse,72000,Le Mans||+33243112233", "Nadine|Simon||9 rue Basse,72000,Le Mans||+33243112233"),
    ("|Simon||9 rue Basse,72000,Le Mans||+33243112233", "Nadine|Simon||9 rue Basse,72000,Le Mans||+33243112233"),
    # parents and children, neighbours, homonyms
    ("Marc|Simon|1960-03-03|9 rue Basse,72000,Le Mans", "Lucas|Simon|1992-08-08|9 rue Basse,72000,Le Mans"),
    ("Marie|Simon|1960-03-03|9 rue Basse,72000,Le Mans", "Marie|Blanc|1992-08-08|9 rue Basse,72000,Le Mans"),
    ("Marc|Simon|1960-03-03|9 rue Basse,72000,Le Mans", "Odile|Faure|1971-01-09|9 rue Basse,72000,Le Mans"),
    ("Jean|Martin|1960-03-03|9 rue Basse,72000,Le Mans", "Jean|Martin|1981-10-30|2 rue Neuve,13001,Marseille"),
    ("Jean|Martin||,75011,Paris", "Jean|Martin||,75011,Paris"),
    ("Jean|Martin||9 rue Basse,75011,Paris", "Jean|Martin||40 rue Oberkampf,75011,Paris"),
    # too little
    ("Jean|Martin", "Jean|Martin"),
    ("Camille|Rousseau", "Camille|Rousseau|1984-03-17|8 rue Pasteur,69007,Lyon"),
    ("||1984-03-17", "||1984-03-17"),
    ("|||8 rue Pasteur,69007,Lyon", "|||8 rue Pasteur,69007,Lyon"),
    ("|||||+33611223344", "|||||+33611223344"),
    ("Camille", "Camille"),
    ("||||noreply@example.com", "||||noreply@example.com"),
    # companies
    (
        "Éric|Blanc||1 rue du Port,33000,Bordeaux|||Vins du Port",
        "Lise|Roux||1 rue du Port,33000,Bordeaux|||Vins du Port",
    ),
    ("Éric|Blanc||1 rue du Port,33000,Bordeaux|||Vins du Port", "|||1 rue du Port,33000,Bordeaux|||Vins du Port"),
    ("|||1 rue du Port,33000,Bordeaux|||Vins du Port", "|||1 rue du Port,33000,Bordeaux|||Garage Morel"),
]
