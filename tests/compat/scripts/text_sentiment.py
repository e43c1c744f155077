"""Reviews, good or bad: Tokenizer, pad_sequences, Embedding, LSTM."""
import numpy as np
import tensorflow as tf
from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.preprocessing.sequence import pad_sequences

good = ['I loved this film', 'what a wonderful story', 'great acting, great fun!', 'a lovely, warm film']
bad = ['I hated this film', 'what a boring story', 'terrible acting, no fun', 'a dull and cold film']
training_sentences = (good + bad) * 4
training_labels = np.array(([1] * 4 + [0] * 4) * 4)

vocab_size = 100
embedding_dim = 8
max_length = 6
trunc_type = 'post'
oov_tok = "<OOV>"

tokenizer = Tokenizer(num_words=vocab_size, oov_token=oov_tok)
tokenizer.fit_on_texts(training_sentences)
word_index = tokenizer.word_index
sequences = tokenizer.texts_to_sequences(training_sentences)
padded = pad_sequences(sequences, maxlen=max_length, truncating=trunc_type)
print(word_index['<OOV>'], padded.shape)

model = tf.keras.Sequential([
    tf.keras.layers.Embedding(vocab_size, embedding_dim, input_length=max_length),
    tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(8)),
    tf.keras.layers.Dense(6, activation='relu'),
    tf.keras.layers.Dense(1, activation='sigmoid')
])
model.compile(loss='binary_crossentropy', optimizer=tf.keras.optimizers.Adam(learning_rate=0.02), metrics=['accuracy'])
history = model.fit(padded, training_labels, epochs=20, verbose=0)
print('accuracy', history.history['accuracy'][-1])

new = pad_sequences(tokenizer.texts_to_sequences(['a wonderful, warm story', 'boring and terrible']), maxlen=max_length)
print((model.predict(new) > 0.5).ravel())
