"""Pima-like data, cross-validated: KerasClassifier, as in tutorials of 2017."""
import numpy
from keras.models import Sequential
from keras.layers import Dense
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.model_selection import cross_val_score


def create_model():
    model = Sequential()
    model.add(Dense(12, input_dim=8, kernel_initializer='uniform', activation='relu'))
    model.add(Dense(1, kernel_initializer='uniform', activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model


seed = 7
numpy.random.seed(seed)
X = numpy.random.rand(80, 8)
Y = (X[:, 0] > 0.5).astype(int)
model = KerasClassifier(build_fn=create_model, epochs=3, batch_size=10, verbose=0)
kfold = StratifiedKFold(n_splits=2, shuffle=True, random_state=seed)
results = cross_val_score(model, X, Y, cv=kfold)
print(len(results), 0 <= results.mean() <= 1)
